// Every command that runs a network, on a device that a module brings: the same files and numbers
// as on the CPU, whose kernels that device runs.
#include <doctest/doctest.h>

#include "graft/transfer/json/json.h"
#include "support/files.h"
#include "support/program.h"
#include "support/training_files.h"

namespace graft::testing {
namespace {

const std::vector<std::string> kModule = {"LD_LIBRARY_PATH=" GRAFT_FAKE_DRIVER "/driver",
                                          "GRAFT_BACKEND_PATH=" GRAFT_FAKE_DRIVER "/whole"};

ProgramResult on(const std::string& device, std::vector<std::string> words,
                 const std::filesystem::path& folder) {
  words.insert(words.end(), {"--device", device});
  const ProgramResult result = graft_command(words, {folder, 0, kModule});
  CHECK_MESSAGE(result.code == 0, result.err);
  return result;
}

}  // namespace

TEST_CASE("device: tune, eval, features and predict as on the CPU") {
  const TempFolder folder;
  const std::filesystem::path root = folder.path();
  write_picture_folders(root / "pictures", {"ant", "bee"}, 12);
  for (const char* freeze : {"trunk", "conv1"}) {
    CAPTURE(freeze);
    for (const char* device : {"cpu", "cuda"})
      on(device,
         {"tune", "pictures", "--scratch", "--model=cifar_resnet20", "--freeze", freeze,
          "--epochs=2", "--batch=8", "--out", device, "--overwrite"},
         root);
    CHECK(read_bytes(root / "cpu/model.safetensors") ==
          read_bytes(root / "cuda/model.safetensors"));
  }
  const auto record = transfer::read_json(read_text(root / "cuda/run.json"), Limits().json, "run");
  CHECK(record.at("device").as_string("device") == "cuda:0");

  const auto both = [&](const std::vector<std::string>& words) {
    const ProgramResult there = on("cuda:1", words, root);
    CHECK(there.out == on("cpu", words, root).out);
    CHECK_FALSE(there.out.empty());
  };
  both({"eval", "pictures", "--run", "cpu", "--batch=7"});
  both({"predict", "pictures/ant/0.png", "pictures/bee/3.png", "--run", "cpu", "--top=2"});
  for (const char* device : {"cpu", "cuda"})
    on(device, {"features", "pictures", "--run", "cpu", "--out", std::string(device) + ".npy"},
       root);
  CHECK(read_bytes(root / "cpu.npy") == read_bytes(root / "cuda.npy"));
}

TEST_CASE("device: bench says where it ran") {
  const ProgramResult result =
      on("cuda", {"bench", "--model=mnist_cnn", "--batch=2", "--seconds=0", "--json"}, {});
  const auto json = transfer::read_json(result.out, Limits().json, "bench");
  CHECK(json.at("device").as_string("device") == "cuda:0");
  CHECK(json.at("step_peak_bytes").as_integer("bytes") > 0);
}

}  // namespace graft::testing
