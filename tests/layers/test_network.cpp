// Networks as chains of stages: the fixed prefix, the head, the flatten order.
#include <doctest/doctest.h>

#include "graft/core/allocator.h"
#include "graft/core/ops.h"
#include "graft/layers/dropout.h"
#include "graft/layers/stateless.h"
#include "graft/models/registry.h"
#include "graft/transfer/freeze.h"
#include "support/error_text.h"
#include "support/formula.h"
#include "support/tensors.h"

namespace {

using namespace graft;
using testing::same_bits;
using testing::values_of;

std::unique_ptr<layers::Network> resnet20() { return models::make_model("cifar_resnet20"); }

// Dropout, with or without a layer before it.
class Dropping final : public layers::Network {
 public:
  explicit Dropping(bool layer_before) {
    if (layer_before) add_stage("relu", std::make_unique<layers::Relu>());
    add_stage("dropout", std::make_unique<layers::Dropout>(0.5));
  }
};

}  // namespace

TEST_CASE("network: the fixed prefix ends where something can still change") {
  const auto net = resnet20();
  CHECK(net->fixed_prefix() == 0);
  transfer::freeze(*net, "conv1..layer2");
  CHECK(net->stages()[net->fixed_prefix()].name == "layer3.0");
  transfer::freeze(*net, "layer3");
  CHECK(net->fixed_prefix() == net->head_stage());
  net->at("layer1.1").unfreeze();
  CHECK(net->stages()[net->fixed_prefix()].name == "layer1.1");
}

TEST_CASE("network: a name stands for the stages below it") {
  const auto net = resnet20();
  CHECK(net->stage_range("layer2") == std::pair<size_t, size_t>{4, 7});
  CHECK(net->stage_range("layer2.1") == std::pair<size_t, size_t>{5, 6});
  CHECK(net->stage_range("linear") == std::pair<size_t, size_t>{11, 12});
  CHECK(testing::error_text([&] {
          net->stage_range("layer");
        }).starts_with("network: no stage 'layer'"));
}

TEST_CASE("network: running stage by stage is running the whole") {
  const auto net = resnet20();
  net->eval();
  const NoGrad no_grad;
  const Tensor x = Tensor::from(testing::formula_units("x", 2 * 32 * 32 * 3), {2, 32, 32, 3});
  const size_t middle = net->stage_index("layer2.1"), end = net->stages().size();
  const Tensor whole = (*net)(x), parts = net->run(net->run(x, 0, middle), middle, end);
  CHECK(same_bits(whole, parts));
}

TEST_CASE("network: a new head has the asked classes, the rest stays") {
  const auto net = resnet20();
  const float first = net->parameters().front().tensor.values<float>()[0];
  net->reset_head(3, 5);
  CHECK(net->classes() == 3);
  const NoGrad no_grad;
  net->eval();
  CHECK((*net)(Tensor::zeros({1, 32, 32, 3})).shape() == Shape{1, 3});
  CHECK(net->parameters().front().tensor.values<float>()[0] == first);
  CHECK(testing::error_text([&] { net->reset_head(0, 0); }) ==
        "network: a head needs at least one class, not 0");
}

TEST_CASE("network: a new head of a frozen network stays frozen, of an open one trains") {
  for (const char* name : {"cifar_resnet20", "mnist_cnn", "squeezenet1_1"}) {  // one of each layer
    const auto net = models::make_model(name);
    net->freeze();
    net->reset_head(3, 5);
    for (const NamedTensor& entry : net->parameters())
      CHECK_MESSAGE(!entry.tensor.requires_grad(), entry.path);
    net->unfreeze();
    net->reset_head(4, 5);
    for (const NamedTensor& entry : net->parameters())
      CHECK_MESSAGE(entry.tensor.requires_grad(), entry.path);
  }
}

TEST_CASE("network: a stage without parameters is a module, and can be frozen by name") {
  const auto net = resnet20();
  CHECK(transfer::freeze(*net, "avgpool").modules == std::vector<std::string>{"avgpool"});
  for (const std::string& model : models::model_names()) {
    const auto other = models::make_model(model);
    for (const layers::Stage& stage : other->stages()) CHECK_NOTHROW(other->at(stage.name));
  }
}

TEST_CASE("network: dropout depends on the step and its own name, not on other layers") {
  const Tensor x = Tensor::full({4, 64}, 1.0);
  const auto masked = [&](bool layer_before, uint64_t step) {
    Dropping net(layer_before);
    net.begin_training_step(3, step);
    const Tensor first = net(x), second = net(x);
    CHECK(values_of(first) != values_of(second));  // two passes of one step
    return values_of(first);
  };
  CHECK(masked(false, 7) == masked(true, 7));
  CHECK(masked(false, 7) != masked(false, 8));
}

TEST_CASE("network: a linear head replaces a convolutional one") {
  const auto net = models::make_model("squeezenet1_1");
  net->set_linear_head(5, 0);
  CHECK(net->classes() == 5);
  CHECK(net->head() == std::vector<std::string>{"classifier.1"});
  CHECK(net->stages()[net->head_stage() - 1].name == "classifier.0");  // so that it is cached
  CHECK(net->at("classifier.1").named_tensors()[0].tensor.shape() == Shape{5, 512});
  const NoGrad no_grad;
  net->eval();
  CHECK((*net)(Tensor::zeros({1, 65, 65, 3})).shape() == Shape{1, 5});
}

TEST_CASE("network: a dense head stays what it is and gets new values") {
  const auto net = resnet20();
  const size_t stages = net->stages().size();
  net->set_linear_head(3, 5);
  CHECK(net->stages().size() == stages);
  CHECK(net->classes() == 3);
}

TEST_CASE("network: flatten keeps the C, H, W order of weight files") {
  layers::Flatten flatten;
  const Tensor x = Tensor::from<float>({0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 2, 2});  // h w c
  const Tensor y = contiguous(flatten(x));
  CHECK(std::vector<float>(y.values<float>().begin(), y.values<float>().end()) ==
        std::vector<float>{0, 2, 4, 6, 1, 3, 5, 7});
}

TEST_CASE("network: an unknown stage names what there is") {
  CHECK(testing::error_text([] { resnet20()->stage_index("layer2.9"); })
            .starts_with(
                "network: no stage 'layer2.9'; did you mean 'layer2.0'? The stages are: conv1"));
}

TEST_CASE("network: evaluation of a batch gives each sample's bits, in the memory of a few") {
  const auto net = models::make_model("squeezenet1_1");
  net->eval();
  const NoGrad no_grad;
  const auto peak_of = [&](const Tensor& x, Tensor& y) {
    const size_t before = allocator(Device{}).stats().live;
    allocator(Device{}).reset_peak();
    y = (*net)(x);
    return allocator(Device{}).stats().peak - before;
  };
  const Tensor x = testing::formula_tensor("x", {19, 224, 224, 3});
  Tensor all, eight;
  (*net)(slice(x, 0, 0, 1));  // which keeps the packed weights
  const size_t peak = peak_of(x, all);
  CHECK(peak < 1.1 * static_cast<double>(peak_of(slice(x, 0, 0, 8), eight)));
  for (const int64_t i : {0, 8, 18}) {
    CAPTURE(i);
    CHECK(values_of((*net)(slice(x, 0, i, i + 1))) == values_of(slice(all, 0, i, i + 1)));
  }
}

TEST_CASE("network: in training the batch stays whole behind the frozen prefix") {
  const auto net = models::make_model("resnet18");
  transfer::freeze(*net, "conv1..layer3");
  const Tensor x = testing::formula_tensor("x", {10, 224, 224, 3});
  const Tensor together = (*net)(x);
  CHECK(together.requires_grad());
  const Tensor features = net->run(x, 0, net->fixed_prefix());
  CHECK_FALSE(features.requires_grad());
  const auto again = models::make_model("resnet18");  // with statistics that have not moved
  transfer::freeze(*again, "conv1..layer3");
  CHECK(values_of(again->run(features, again->fixed_prefix(), again->stages().size())) ==
        values_of(together));
}
