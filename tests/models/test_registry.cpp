#include <doctest/doctest.h>

#include <map>

#include "graft/core/error.h"
#include "graft/models/registry.h"
#include "support/error_text.h"

namespace {

int64_t parameter_count(const graft::layers::Network& network) {
  int64_t count = 0;
  for (const graft::NamedTensor& entry : network.parameters()) count += entry.tensor.numel();
  return count;
}

}  // namespace

TEST_CASE("registry: parameter counts are the published ones") {
  const std::map<std::string, int64_t> published{
      {"cifar_resnet20", 269722}, {"cifar_resnet32", 464154}, {"mnist_cnn", 376870},
      {"mobilenet_v2", 3504872},  {"resnet18", 11689512},     {"resnet34", 21797672},
      {"resnet50", 25557032},     {"squeezenet1_1", 1235496},
  };
  for (const auto& [name, count] : published) {
    CAPTURE(name);
    CHECK(parameter_count(*graft::models::make_model(name)) == count);
  }
}

TEST_CASE("registry: initial values are a function of the seed") {
  const auto a = graft::models::make_model("cifar_resnet20", {.seed = 7});
  const auto b = graft::models::make_model("cifar_resnet20", {.seed = 7});
  const auto c = graft::models::make_model("cifar_resnet20", {.seed = 8});
  const auto first = [](const graft::layers::Network& n) {
    const auto values = n.parameters().front().tensor.values<float>();
    return std::vector<float>(values.begin(), values.end());
  };
  CHECK(first(*a) == first(*b));
  CHECK(first(*a) != first(*c));
}

TEST_CASE("registry: an unknown name or variant is refused with what is near") {
  using graft::models::make_model;
  CHECK(
      graft::testing::error_text([] { make_model("resnet19"); })
          .starts_with(
              "model: no model 'resnet19'; did you mean 'resnet18'? Known models: cifar_resnet20"));
  CHECK(graft::testing::error_text([] { make_model("mobilenet_v2", {.variant = "pad=same"}); }) ==
        "mobilenet_v2: has no variant 'pad'");
  CHECK(graft::testing::error_text([] {
          make_model("mobilenet_v2", {.variant = "padding=odd"});
        }) == "mobilenet_v2: padding is explicit or same, not 'odd'");
  CHECK(graft::testing::error_text([] { make_model("resnet18", {.variant = "x"}); }) ==
        "resnet: variant 'x' is not of the form key=value");
}
