// What the command says of CUDA, with a driver and modules made for it.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "graft/core/device_module.h"
#include "graft/transfer/json/json.h"
#include "support/assets.h"
#include "support/program.h"
#include "support/training_files.h"

namespace graft::testing {
namespace {

const std::string kFolder = GRAFT_FAKE_DRIVER;

const std::string kOtherLibrary = kFolder + "/absent/libcudnn.so.99";

std::string module_file(const std::string& kind) {
  return kFolder + '/' + kind + "/libgraft_cuda.so";
}

std::string library_path() {
  const char* const others = std::getenv("LD_LIBRARY_PATH");
  return "LD_LIBRARY_PATH=" + kFolder + "/driver" + (others ? ':' + std::string(others) : "");
}

std::vector<std::string> with_module(const std::string& kind) {
  return {library_path(), "GRAFT_BACKEND_PATH=" + kFolder + '/' + kind};
}

// The line of `graft info --devices` on CUDA, without its heading.
std::string cuda_line(const std::vector<std::string>& environment,
                      const std::filesystem::path& folder = {}) {
  const ProgramResult result = graft_command({"info", "--devices"}, {folder, 0, environment});
  CHECK(result.code == 0);
  const size_t line = result.out.find('\n') + 1;
  REQUIRE(result.out.starts_with("cpu     "));
  const std::string text = result.out.substr(line, result.out.size() - line - 1);
  return text.starts_with("cuda    ") ? text.substr(8) : text;
}

std::string with_driver(std::vector<std::string> answers) {
  answers.push_back(library_path());
  answers.push_back("GRAFT_BACKEND_PATH=" + kFolder + "/whole");
  return cuda_line(answers);
}

}  // namespace

TEST_CASE("find device: without a driver") {
  if (dlopen("libcuda.so.1", RTLD_LAZY)) return skip("a machine without an NVIDIA driver");
  const std::string why = "no NVIDIA driver (libcuda.so.1 not found)";
  CHECK(cuda_line({}) == why);
  CHECK(graft_command({"--version"}).out.find("\ndevices: cpu; no GPU: " + why + '\n') !=
        std::string::npos);
  const ProgramResult result = graft_command({"info", "absent.pth", "--device", "cuda:1"});
  CHECK(result.code == 5);
  CHECK(result.err == "graft: device: cuda:1 is not available: " + why + '\n');
}

TEST_CASE("find device: what a driver that cannot serve says, and what helps") {
  CHECK(with_driver({"FAKE_CUDA_INIT=100"}) == "no CUDA device");
  CHECK(with_driver({"FAKE_CUDA_DEVICES=0"}) == "no CUDA device");
  CHECK(with_driver({"FAKE_CUDA_INIT=100", "CUDA_VISIBLE_DEVICES=7"}) ==
        "no CUDA device (CUDA_VISIBLE_DEVICES is '7')");
  CHECK(with_driver({"FAKE_CUDA_INIT=2"}) ==
        "NVIDIA driver: cuInit: error 2, out of memory: end other programs on the GPU");
  CHECK(with_driver({"FAKE_CUDA_COUNT=3"}) ==
        "NVIDIA driver: cuDeviceGetCount: error 3, not initialized: restart the program, or the "
        "container it runs in");
  CHECK(with_driver({"FAKE_CUDA_INIT=34"}) ==
        "NVIDIA driver: cuInit: error 34, this libcuda.so.1 is the CUDA Toolkit's stub: take its "
        "folder out of LD_LIBRARY_PATH");
  CHECK(with_driver({"FAKE_CUDA_INIT=46"}) ==
        "NVIDIA driver: cuInit: error 46, device unavailable: another program holds it in "
        "exclusive mode");
  CHECK(with_driver({"FAKE_CUDA_INIT=101"}) ==
        "NVIDIA driver: cuInit: error 101, invalid device: look at CUDA_VISIBLE_DEVICES");
  CHECK(with_driver({"FAKE_CUDA_INIT=802"}) ==
        "NVIDIA driver: cuInit: error 802, system not yet initialized: start "
        "nvidia-fabricmanager");
  CHECK(with_driver({"FAKE_CUDA_INIT=803"}) ==
        "NVIDIA driver: cuInit: error 803, the driver's library and kernel module differ in "
        "version: restart the machine");
  CHECK(with_driver({"FAKE_CUDA_INIT=804"}) ==
        "NVIDIA driver: cuInit: error 804, the CUDA compatibility package does not support this "
        "GPU: remove it, or update the driver");
  CHECK(with_driver({"FAKE_CUDA_INIT=999"}) ==
        "NVIDIA driver: cuInit: error 999, unknown error: run nvidia-smi; often /dev/nvidia-uvm "
        "is missing or may not be opened");
  CHECK(with_driver({"FAKE_CUDA_INIT=777"}) == "NVIDIA driver: cuInit: error 777");
}

TEST_CASE("find device: a driver that is no library, or not all of one") {
  const TempFolder folder;
  write_text(folder.path() / "libcuda.so.1", "no library");
  const std::string path = "LD_LIBRARY_PATH=" + folder.path().string();
  CHECK(cuda_line({path}) == "NVIDIA driver cannot be opened: " + folder.path().string() +
                                 "/libcuda.so.1: file too short");
  std::filesystem::copy_file(kOtherLibrary, folder.path() / "libcuda.so.1",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(cuda_line({path}) == "NVIDIA driver: libcuda.so.1 is incomplete: reinstall it");
}

TEST_CASE("find device: a driver older than the module's toolkit") {
  CHECK(with_driver({"FAKE_CUDA_VERSION=12020"}) ==
        "module " + module_file("whole") +
            ": driver supports CUDA 12.2, this module needs 13.0: update the driver to 580 or "
            "newer");
  CHECK(with_driver({"FAKE_CUDA_VERSION=14010"}).starts_with("cuda:0  Host memory"));
}

TEST_CASE("find device: modules that cannot serve") {
  std::ostringstream abi;
  abi << std::hex << kModuleAbi;
  CHECK(cuda_line(with_module("other_build")) ==
        "module " + module_file("other_build") + ": made for interface " + abi.str() +
            ", the program has 1234abcd: install both from one build");
  CHECK(cuda_line(with_module("incomplete")) ==
        "module " + module_file("incomplete") +
            " needs libcudnn.so.99, which is not found: install NVIDIA's package "
            "libcudnn99-cuda-*, or name its folder in LD_LIBRARY_PATH");
  std::vector<std::string> refusing = with_module("whole");
  refusing.emplace_back("FAKE_MODULE_REFUSES=it is Sunday");
  CHECK(cuda_line(refusing) == "module " + module_file("whole") + ": it is Sunday");

  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "libgraft_cuda.so";
  const std::vector<std::string> there{library_path(),
                                       "GRAFT_BACKEND_PATH=" + folder.path().string()};
  write_text(file, "no library");
  CHECK(cuda_line(there) ==
        "module " + file.string() + " cannot be opened: " + file.string() + ": file too short");
  std::filesystem::copy_file(kOtherLibrary, file,
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(cuda_line(there) == "module " + file.string() + " has no function graft_backend_init");
}

TEST_CASE("find device: where a module is looked for, and where not") {
  // The current folder holds one, which must not matter.
  const std::string current = kFolder + "/whole";
  const std::string bin = std::filesystem::path(program_path()).parent_path();
  const std::string lib =
      (std::filesystem::path(bin) / "../" GRAFT_LIBRARY_FOLDER "/graft").lexically_normal();
  const std::string tail =
      ": build it (./run build graft_cuda, with the CUDA Toolkit), or name its folder in "
      "GRAFT_BACKEND_PATH";
  if (!std::filesystem::exists(bin + "/libgraft_cuda.so")) {
    CHECK(cuda_line({library_path()}, current) ==
          "module libgraft_cuda.so not found in " + bin + ", " + lib + tail);
    CHECK(cuda_line({library_path(), "GRAFT_BACKEND_PATH=" + kFolder + "/driver"}, current) ==
          "module libgraft_cuda.so not found in " + kFolder + "/driver, " + bin + ", " + lib +
              tail);
  }
  for (const char* relative : {"", ".", "whole"})
    CHECK(cuda_line({library_path(), std::string("GRAFT_BACKEND_PATH=") + relative}, current) ==
          std::string("GRAFT_BACKEND_PATH is '") + relative + "': it must be an absolute path");
}

TEST_CASE("find device: one that serves") {
  const std::vector<std::string> found = with_module("whole");
  CHECK(cuda_line(found) ==
        "cuda:0  Host memory (none), 2.1 GB, 2.1 GB free\n"
        "cuda:1  Host memory (none), 2.1 GB, 2.1 GB free");
  CHECK(graft_command({"--version"}, {.environment = found})
            .out.find("\ndevices: cpu, cuda:0 Host memory (none), cuda:1 Host memory (none)\n") !=
        std::string::npos);
  const ProgramResult result =
      graft_command({"info", "--devices", "--json"}, {.environment = found});
  const transfer::Json json = transfer::read_json(result.out, Limits().json, "info");
  const auto& devices = json.at("devices").as_array("devices");
  REQUIRE(devices.size() == 3);
  CHECK(devices[0].at("device").as_string("device") == "cpu");
  CHECK(devices[2].at("device").as_string("device") == "cuda:1");
  CHECK(devices[2].at("name").as_string("name") == "Host memory");
  CHECK(devices[2].at("memory_bytes").as_integer("bytes") == int64_t{1} << 31);
  CHECK(json.at("cuda").at("usable").as_bool("usable"));
}

TEST_CASE("find device: nothing is opened unless it is asked for, and auto says why not") {
  const TempFolder folder;
  const std::string weights = write_model(folder.path() / "w.safetensors", "mnist_cnn", 3);
  std::vector<std::string> old = with_module("whole");
  old.emplace_back("FAKE_CUDA_INIT=999");
  const auto notes = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"info", weights});
    const ProgramResult result = graft_command(words, {.environment = old});
    CHECK(result.code == 0);
    return result.err;
  };
  CHECK(notes({}).empty());
  CHECK(notes({"--device", "cpu"}).empty());
  CHECK(notes({"--device", "auto"})
            .starts_with("graft: running on the CPU: NVIDIA driver: cuInit: error 999, "));
  CHECK(notes({"--device", "auto", "--quiet"}).empty());
  const ProgramResult refused =
      graft_command({"info", weights, "--device", "cuda"}, {.environment = old});
  CHECK(refused.code == 5);
  CHECK(refused.err.starts_with(
      "graft: device: cuda:0 is not available: NVIDIA driver: cuInit: error 999, "));
}

}  // namespace graft::testing
