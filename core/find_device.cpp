#include "graft/core/find_device.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "graft/core/cuda_driver.h"
#include "graft/core/device_module.h"
#include "graft/core/error.h"
#include "graft/core/op_scope.h"
#include "graft/core/shared_library.h"
#include "graft/core/text.h"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModule = "libgraft_cuda.so";
constexpr const char* kPathVariable = "GRAFT_BACKEND_PATH";

CudaStatus unusable(std::string text) { return {false, std::move(text)}; }

// Where the module may lie, in the order in which it is looked for.
std::vector<fs::path> module_folders() {
  std::vector<fs::path> folders;
  if (const char* const named = secure_getenv(kPathVariable)) folders.emplace_back(named);
  const fs::path own = own_file();
  if (own.empty()) return folders;
  folders.push_back(own.parent_path());
  const bool library = own.filename().string().find(".so") != std::string::npos;  // is in lib/
  folders.push_back(
      (own.parent_path() / (library ? "graft" : GRAFT_MODULE_FOLDER)).lexically_normal());
  return folders;
}

struct Package {
  std::string_view soname;         // how the name of its file begins
  std::string_view before, after;  // NVIDIA's name of it, around the version in the file's name
};

constexpr std::array kPackages{
    Package{"libcublas", "libcublas-", "-*"},
    Package{"libcudnn", "libcudnn", "-cuda-*"},
    Package{"libcudart", "cuda-cudart-", "-*"},
    Package{"libnvrtc", "cuda-nvrtc-", "-*"},
};

// The name of a library that the loader did not find, from its complaint
// "libcudnn.so.9: cannot open shared object file: No such file or directory"; "" if it was another.
std::string missing_library(const std::string& complaint) {
  const size_t end = complaint.find(": cannot open shared object file: No such file");
  const std::string name = complaint.substr(0, end == std::string::npos ? 0 : end);
  return name.find('/') == std::string::npos ? name : "";
}

std::string package_of(const std::string& library) {
  const size_t so = library.find(".so.");
  if (so == std::string::npos) return "";
  size_t end = so + 4;
  while (end < library.size() && std::isdigit(static_cast<unsigned char>(library[end]))) ++end;
  const std::string version = library.substr(so + 4, end - so - 4);
  for (const Package& package : kPackages)
    if (library.starts_with(package.soname))
      return std::string(package.before) + version + std::string(package.after);
  return "";
}

std::string why_not_open(const std::string& file, const std::string& complaint) {
  const std::string library = missing_library(complaint);
  if (library.empty()) return "module " + file + " cannot be opened: " + complaint;
  const std::string package = package_of(library);
  return "module " + file + " needs " + library + ", which is not found: " +
         (package.empty() ? "" : "install NVIDIA's package " + package + ", or ") +
         "name its folder in LD_LIBRARY_PATH";
}

std::string names_of_devices(const DeviceBackend& backend) {
  std::vector<std::string> names;
  for (int i = 0; i < backend.device_count(); ++i) {
    const DeviceInfo info = backend.describe(i);
    names.push_back("cuda:" + std::to_string(i) + ' ' + info.name + " (" + info.architecture + ')');
  }
  return join(names, ", ");
}

CudaStatus open_module(const std::string& file, int driver_version) {
  const SharedLibrary library(file);
  if (!library.is_open()) return unusable(why_not_open(file, library.error()));
  auto* const init = library.find<ModuleInit>(kModuleInit);
  if (!init) return unusable("module " + file + " has no function " + kModuleInit);
  const ModuleHost host{&slots(), &OpScope::current, &numerics, driver_version};
  std::array<char, 512> why{};
  DeviceBackend* const backend = init(kModuleAbi, &host, why.data(), why.size());
  if (!backend) return unusable("module " + file + ": " + why.data());
  install_backend(DeviceType::Cuda, backend);
  return {true, names_of_devices(*backend)};
}

CudaStatus look_for_cuda() {
  const CudaDriver driver = find_cuda_driver();
  if (!driver.problem.empty()) return unusable(driver.problem);
  std::vector<std::string> searched;
  for (const fs::path& folder : module_folders()) {
    if (!folder.is_absolute())
      return unusable(std::string(kPathVariable) + " is '" + folder.string() +
                      "': it must be an absolute path");
    std::error_code failed;
    if (fs::exists(folder / kModule, failed))
      return open_module((folder / kModule).string(), driver.version);
    searched.push_back(folder.string());
  }
  return unusable(
      std::string("module ") + kModule + " not found in " + join(searched, ", ") +
      ": build it (./run build graft_cuda, with the CUDA Toolkit), or name its folder in " +
      kPathVariable);
}

}  // namespace

const CudaStatus& find_cuda() {
  static const CudaStatus status = look_for_cuda();
  return status;
}

Device find_device(const std::string& name) {
  const bool automatic = name == "auto";
  const Device device = automatic ? Device{DeviceType::Cuda, 0} : parse_device(name);
  if (device.type == DeviceType::Cpu) return device;
  // One that is there already, from a test, need not be looked for.
  const bool there = device_backend(device.type) || find_cuda().usable;
  if (automatic && !there) return {};
  check(there, ErrorKind::Device, "device: ", device, " is not available: ", find_cuda().text);
  const int count = device_backend(device.type)->device_count();
  check(device.index < count, ErrorKind::Device, "device: ", device, " is not available: there ",
        count == 1 ? "is 1 device" : "are " + std::to_string(count) + " devices",
        ", numbered from 0");
  return device;
}

}  // namespace graft
