// The network that a weight file is read into.
#include <doctest/doctest.h>

#include "graft/tools/cli/load_network.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

// mnist_cnn of 7 classes, its tensors under `prefix`, behind the tensors of `first`.
std::string write_seven(const std::filesystem::path& folder, const std::string& prefix,
                        const transfer::WeightFile& first = {}) {
  const auto path = testing::write_model(folder / "w.safetensors", "mnist_cnn", 7);
  const transfer::WeightFile plain = transfer::read_weights(path);
  transfer::WeightFile file = first;
  file.metadata = plain.metadata;
  for (const auto& [name, tensor] : plain.entries()) file.add(prefix + name, tensor);
  transfer::write_weights(path, file);
  return path.string();
}

}  // namespace

TEST_CASE("load network: the number of classes is the file's, in a wrapper too") {
  const testing::TempFolder folder;
  for (const std::string prefix : {"", "module.", "net._orig_mod."}) {
    CAPTURE(prefix);
    const LoadedNetwork loaded = load_network({"", "", write_seven(folder.path(), prefix)});
    CHECK(loaded.network->classes() == 7);
    CHECK(loaded.report.notes.empty() == prefix.empty());
  }
}

TEST_CASE("load network: another layer that ends in the head's name is not the head") {
  const testing::TempFolder folder;
  transfer::WeightFile aux;
  aux.add("aux.fc2.weight", Tensor::zeros({5, 3}));
  const std::string path = write_seven(folder.path(), "", aux);
  const std::string text = testing::error_text([&] { load_network({"", "", path}); });
  CHECK(text.starts_with("load: the weights do not fit the model: 1 tensor does not fit, "));
  CHECK(text.find("not in the model   1: aux.fc2.weight") != std::string::npos);
}

}  // namespace graft::cli
