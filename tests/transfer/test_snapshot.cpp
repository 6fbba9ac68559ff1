#include <doctest/doctest.h>

#include "graft/transfer/training/snapshot.h"
#include "support/error_text.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

std::vector<std::string> paths_of(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> paths;
  for (const NamedTensor& tensor : tensors) paths.push_back(tensor.path);
  return paths;
}

Tensor tensor_of(const layers::Network& network, std::string_view path) {
  for (const NamedTensor& entry : network.named_tensors())
    if (entry.path == path) return entry.tensor.detach();
  FAIL("no tensor " << path);
  return {};
}

}  // namespace

TEST_CASE("snapshot: gives every tensor back, and leaves those alone that kept their value") {
  const auto network = testing::tiny_network();
  const Snapshot snapshot(*network);
  const auto before = testing::hashes(*network);
  const Tensor untouched = tensor_of(*network, "conv1.weight");
  const uint32_t version = untouched.storage().version();
  tensor_of(*network, "fc.bias").fill_(7);
  tensor_of(*network, "bn1.running_var").fill_(9);
  CHECK(paths_of(snapshot.outdated(*network)) ==
        std::vector<std::string>{"bn1.running_var", "fc.bias"});
  snapshot.restore(*network);
  CHECK(testing::hashes(*network) == before);
  CHECK(untouched.storage().version() == version);
}

TEST_CASE("snapshot: shares what has not been written to with the earlier one") {
  const auto network = testing::tiny_network();
  const Snapshot first(*network);
  tensor_of(*network, "fc.weight").fill_(2);
  const Snapshot second(*network, first);
  tensor_of(*network, "fc.weight").fill_(3);
  tensor_of(*network, "conv1.weight").fill_(4);
  const Snapshot third(*network, second);
  REQUIRE(third.tensors().size() == first.tensors().size());
  for (size_t i = 0; i < first.tensors().size(); ++i) {
    const auto same = [&](const Snapshot& a, const Snapshot& b) {
      return &a.tensors()[i].tensor.storage() == &b.tensors()[i].tensor.storage();
    };
    const std::string& path = first.tensors()[i].path;
    CAPTURE(path);
    CHECK(same(first, second) == (path != "fc.weight"));
    CHECK(same(second, third) == (path != "fc.weight" && path != "conv1.weight"));
  }
  second.restore(*network);
  CHECK(tensor_of(*network, "fc.weight").values<float>()[0] == 2);
  CHECK(tensor_of(*network, "conv1.weight").values<float>()[0] != 4);
}

TEST_CASE("snapshot: of another network it is refused") {
  const auto network = testing::tiny_network();
  const Snapshot snapshot(*network);
  network->reset_head(5, 1);  // other storages of another shape
  CHECK(paths_of(snapshot.outdated(*network)) == std::vector<std::string>{"fc.weight", "fc.bias"});
  CHECK(testing::error_text([&] {
          Snapshot().restore(*network);
        }).starts_with("snapshot: of 0 tensors for a network of "));
}

}  // namespace graft::transfer
