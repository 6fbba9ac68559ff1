#include <doctest/doctest.h>

#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "support/error_text.h"

namespace {

using namespace graft;

std::vector<std::string> open_parameters(const layers::Network& net) {
  std::vector<std::string> paths;
  for (const NamedTensor& entry : net.parameters())
    if (entry.tensor.requires_grad()) paths.push_back(entry.path);
  return paths;
}

}  // namespace

TEST_CASE("freeze: the trunk is everything before the head") {
  const auto net = models::make_model("mobilenet_v2");
  const transfer::FreezeReport report = transfer::freeze(*net, "trunk");
  CHECK(open_parameters(*net) ==
        std::vector<std::string>{"classifier.1.weight", "classifier.1.bias"});
  CHECK(report.total_parameters == 3504872);
  CHECK(report.frozen_parameters == 3504872 - 1281 * 1000);
}

TEST_CASE("freeze: a range runs from the first to the last stage of a prefix") {
  const auto net = models::make_model("resnet18");
  transfer::freeze(*net, "conv1..layer4.0");
  CHECK(net->at("bn1").frozen());
  CHECK(net->at("layer4.0").frozen());
  CHECK_FALSE(net->at("layer4.1").frozen());
}

TEST_CASE("freeze: a name takes all below it, and a list adds up") {
  const auto net = models::make_model("cifar_resnet20");
  transfer::freeze(*net, "layer1, linear");
  CHECK(net->at("layer1.2.bn2").frozen());
  CHECK(net->at("linear").frozen());
  CHECK_FALSE(net->at("conv1").frozen());
}

TEST_CASE("freeze: a glob over tensors freezes parameters one by one, whole modules whole") {
  const auto net = models::make_model("cifar_resnet20");
  const transfer::FreezeReport report = transfer::freeze(*net, "*.bias");
  CHECK(report.tensors.size() == 20);  // 19 norms and the dense layer
  CHECK_FALSE(net->at("bn1").frozen());
  transfer::freeze(*net, "*bn1.weight,*bn1.bias");
  CHECK(net->at("bn1").frozen());
  CHECK(net->at("layer2.1.bn1").frozen());
}

TEST_CASE("freeze: norms are the layers with running statistics, the filters stay open") {
  const auto net = models::make_model("resnet18");
  transfer::freeze(*net, "norms");
  CHECK(net->at("bn1").frozen());
  CHECK(net->at("layer2.0.downsample.1").frozen());
  CHECK_FALSE(net->at("layer2.0.downsample").frozen());
  CHECK(open_parameters(*net).size() == 20 + 2);  // filters, and the dense layer
  CHECK(testing::error_text([] {
          transfer::freeze(*models::make_model("squeezenet1_1"), "norms");
        }).starts_with("freeze: 'norms' matches nothing. The stages are: "));
}

TEST_CASE("freeze: what matches nothing is an error that names the nearest") {
  const auto net = models::make_model("resnet18");
  CHECK(testing::error_text([&] { transfer::freeze(*net, "layr4"); }) ==
        "freeze: 'layr4' matches nothing; did you mean 'layer4'? The stages are: conv1 maxpool "
        "layer1.0 layer1.1 layer2.0 layer2.1 layer3.0 layer3.1 layer4.0 layer4.1 avgpool fc");
  CHECK(testing::error_text([&] {
          transfer::freeze(*net, "everything");
        }).starts_with("freeze: 'everything' matches nothing. The stages are: conv1 "));
  CHECK(testing::error_text([&] {
          transfer::freeze(*net, "conv1..layer9");
        }).starts_with("network: no stage 'layer9'"));
}

TEST_CASE("freeze: items may overlap") {
  const auto net = models::make_model("cifar_resnet20");
  transfer::freeze(*net, "trunk,conv1..layer2,layer1,*.bias,trunk");
  CHECK(open_parameters(*net) == std::vector<std::string>{"linear.weight"});
}
