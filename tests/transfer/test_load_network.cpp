// A file that names its model is enough to have the network again.
#include "graft/transfer/load_network.h"

#include <doctest/doctest.h>

#include "graft/models/registry.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/tensors.h"

namespace graft::transfer {
namespace {

using testing::error_text;
using testing::TempFolder;

void check_round_trip(const LoadedNetwork& saved) {
  const TempFolder folder;
  const auto path = folder.path() / "w.safetensors";
  write_weights(path, to_weight_file(saved.network->named_tensors(), saved.metadata()));
  const LoadedNetwork loaded = load_network(path, models::make_blank);
  CHECK(loaded.model == saved.model);
  CHECK(loaded.variant == saved.variant);
  CHECK(loaded.linear_head == saved.linear_head);
  CHECK(loaded.preprocess == saved.preprocess);
  CHECK(loaded.labels == saved.labels);
  CHECK(loaded.label(1) == "bee");
  CHECK(loaded.network->classes() == 2);
  CHECK_FALSE(loaded.network->training());
  const std::vector<NamedTensor> a = saved.network->named_tensors(),
                                 b = loaded.network->named_tensors();
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].path == b[i].path);
    CHECK(testing::same_bits(a[i].tensor, b[i].tensor));
  }
}

LoadedNetwork for_two_classes(const std::string& model, const std::string& variant = "") {
  LoadedNetwork saved;
  saved.network = models::make_model(model, {.seed = 3, .variant = variant});
  saved.model = model;
  saved.variant = variant;
  saved.preprocess = saved.network->preprocess;
  saved.preprocess.mean[1] = 0.25;
  saved.labels = {"ant", "bee"};
  return saved;
}

}  // namespace

TEST_CASE("load_network: head, labels, contract and values come from the file") {
  LoadedNetwork saved = for_two_classes("squeezenet1_1");
  saved.network->reset_head(2, 5);
  check_round_trip(saved);
  saved.network->set_linear_head(2, 5);
  saved.linear_head = true;
  check_round_trip(saved);
}

TEST_CASE("load_network: a file without a name wants one, a given name wins") {
  const TempFolder folder;
  const auto path = folder.path() / "w.safetensors";
  const auto network = models::make_model("cifar_resnet20", {.seed = 1});
  write_weights(path, to_weight_file(network->named_tensors()));
  CHECK(error_text([&] {
          load_network(path, models::make_blank);
        }).starts_with("the weight file does not name its model"));
  CHECK(load_network(path, models::make_blank, "cifar_resnet20").label(7) == "7");
  CHECK(error_text([&] {
          load_network(path, models::make_blank, "mnist_cnn");
        }).find("another architecture") != std::string::npos);
}

}  // namespace graft::transfer
