// The three facts of a module: requires_grad, training, frozen.
#include <doctest/doctest.h>

#include "graft/core/kernel_trace.h"
#include "graft/core/ops.h"
#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/conv_norm.h"
#include "graft/layers/dropout.h"
#include "graft/layers/linear.h"
#include "graft/layers/sequential.h"
#include "graft/layers/stateless.h"
#include "graft/optim/sgd.h"
#include "support/error_text.h"
#include "support/tensors.h"

namespace {

using namespace graft;
using layers::Sequential;
using testing::formula_tensor;
using testing::values_of;

// 0: convolution + norm + relu, 1: pooling, 2: dropout, 3: dense
std::unique_ptr<Sequential> small_net() {
  auto net = std::make_unique<Sequential>();
  net->add<layers::ConvNormAct>(3, 8, 3, layers::Conv2dOptions{.padding = 1}, Activation::Relu);
  net->add<layers::GlobalAvgPool2d>();
  net->add<layers::Dropout>(0.5);
  net->add<layers::Linear>(8, 4);
  initialise(*net, 1);
  return net;
}

}  // namespace

TEST_CASE("module: names are torch's, parameters and buffers are apart") {
  const auto net = small_net();
  std::vector<std::string> names, buffers;
  for (const NamedTensor& entry : net->named_tensors())
    (entry.buffer ? buffers : names).push_back(entry.path);
  CHECK(names ==
        std::vector<std::string>{"0.0.weight", "0.1.weight", "0.1.bias", "3.weight", "3.bias"});
  CHECK(buffers ==
        std::vector<std::string>{"0.1.running_mean", "0.1.running_var", "0.1.num_batches_tracked"});
}

TEST_CASE("module: freeze takes gradients, statistics and dropout, and train() gives none back") {
  const auto net = small_net();
  net->freeze();
  net->train();
  const std::vector<float> mean = values_of(net->named_tensors()[3].tensor);
  REQUIRE(net->named_tensors()[3].path == "0.1.running_mean");
  const Tensor x = formula_tensor("x", {4, 6, 6, 3});
  const Tensor y = (*net)(x);
  CHECK_FALSE(y.requires_grad());
  CHECK(values_of(net->named_tensors()[3].tensor) == mean);
  CHECK(values_of(y) == values_of((*net)(x)));  // dropout would differ
  for (const NamedTensor& entry : net->parameters()) CHECK_FALSE(entry.tensor.requires_grad());
}

TEST_CASE("module: statistics of a frozen part move only where the policy says so") {
  const auto net = small_net();
  net->freeze(layers::FrozenStatistics::Adapt);
  const std::vector<float> before = values_of(net->at("0.1").named_tensors()[2].tensor);
  (*net)(formula_tensor("x", {4, 6, 6, 3}));
  CHECK(values_of(net->at("0.1").named_tensors()[2].tensor) != before);
  CHECK_FALSE(net->at("0.1").fixed());
}

TEST_CASE("module: weight decay and momentum leave a frozen layer alone to the last bit") {
  const auto net = small_net();
  optim::Sgd sgd(net->parameters(), {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1});
  const auto step = [&] {
    sgd.zero_grad();
    backward(cross_entropy((*net)(formula_tensor("x", {4, 6, 6, 3})),
                           Tensor::from<int64_t>({0, 1, 2, 3}, {4})));
    sgd.step();
  };
  step();  // momentum is alive now
  net->at("0").freeze();
  const std::vector<float> frozen = values_of(net->parameters()[0].tensor);
  const std::vector<float> open = values_of(net->parameters()[3].tensor);
  step();
  CHECK(values_of(net->parameters()[0].tensor) == frozen);
  CHECK(values_of(net->parameters()[3].tensor) != open);
}

TEST_CASE("module: train and eval switch dropout and statistics of what is not frozen") {
  const auto net = small_net();
  const Tensor x = formula_tensor("x", {4, 6, 6, 3});
  net->eval();
  CHECK(values_of((*net)(x)) == values_of((*net)(x)));
  net->train();
  CHECK(values_of((*net)(x)) != values_of((*net)(x)));
}

TEST_CASE("module: a batch that batch norm refuses is not counted") {
  layers::BatchNorm2d norm(3);
  const Tensor counted = norm.named_tensors()[4].tensor;
  CHECK(testing::error_text([&] {
          norm.forward(Tensor::zeros({1, 1, 1, 3}));
        }).starts_with("batch_norm_train: needs more than one value per channel"));
  CHECK(counted.item() == 0);
  norm.forward(Tensor::zeros({2, 1, 1, 3}));
  CHECK(counted.item() == 1);
}

TEST_CASE("module: a sequence runs a dense layer and the activation behind it as one kernel") {
  struct Calls final : KernelTrace {
    std::vector<std::string> kernels;
    void on_kernel(const KernelCall& call) override { kernels.emplace_back(call.kernel); }
  };
  Sequential net;
  auto& first = net.add<layers::Linear>(6, 5);
  net.add<layers::Relu>();
  auto& second = net.add<layers::Linear>(5, 3);
  net.add<layers::Relu6>();
  initialise(net, 1);
  const Tensor x = formula_tensor("x", {4, 6}, DType::F32);
  const Tensor expected = relu6(second(relu(first(x))));
  Calls calls;
  const TraceScope scope(calls);
  CHECK(testing::same_bits(net(x), expected));
  CHECK(calls.kernels == std::vector<std::string>{"linear", "linear"});
}

TEST_CASE("module: a sequence hands an activation to any layer that can apply it") {
  struct Doubling final : layers::Module {
    Activation applied = Activation::None;
    Tensor forward(const Tensor& x) override { return mul(x, 2.0); }
    Tensor forward_activated(const Tensor& x, Activation activation) override {
      applied = activation;
      return activate(forward(x), activation);
    }
  };
  struct OwnRelu final : layers::Module {
    Tensor forward(const Tensor& x) override { return relu(x); }
    Activation as_activation() const override { return Activation::Relu; }
  };
  Sequential net;
  auto& doubling = net.add<Doubling>();
  net.add<OwnRelu>();
  CHECK(values_of(net(Tensor::from(std::vector<float>{-1, 3}, {2}))) == std::vector<float>{0, 6});
  CHECK(doubling.applied == Activation::Relu);
}

TEST_CASE("module: a sequence trains a convolution, its activation and pooling as if apart") {
  Sequential net;
  auto& first = net.add<layers::Conv2d>(2, 6, 3, layers::Conv2dOptions{.padding = 1});
  net.add<layers::Relu>();
  net.add<layers::MaxPool2d>(2, 2);
  auto& second = net.add<layers::Conv2d>(6, 5, 2);
  net.add<layers::Relu6>();
  auto& third = net.add<layers::Conv2d>(5, 4, 2);
  net.add<layers::Relu>();
  net.add<layers::MaxPool2d>(3, 2, 1);
  initialise(net, 1);
  const auto gradients_of = [&](const Tensor& y) {
    backward(y, formula_tensor("g", y.shape()));
    std::vector<Tensor> all;
    for (const NamedTensor& parameter : net.parameters()) {
      all.push_back(parameter.tensor.grad());
      Tensor(parameter.tensor).set_grad({});
    }
    return all;
  };
  const Tensor x = formula_tensor("x", {2, 9, 10, 2});
  const Tensor together = net(x);
  const std::vector<Tensor> gradients = gradients_of(together);
  const Pool2dParams halves, overlapping{3, 3, 2, 2, symmetric_padding(1)};
  const Tensor pooled = max_pool2d(relu(first(x)), halves);
  const Tensor apart = max_pool2d(relu(third(relu6(second(pooled)))), overlapping);
  CHECK(testing::same_bits(together, apart));
  const std::vector<Tensor> wanted = gradients_of(apart);
  REQUIRE(gradients.size() == wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(testing::same_bits(gradients[i], wanted[i]));
  const NoGrad no_grad;
  CHECK(testing::same_bits(net(x), apart));
}

TEST_CASE("module: a wrong path names its neighbour") {
  const auto net = small_net();
  CHECK(testing::error_text([&] {
          net->at("0.2");
        }).starts_with("module: no module '0.2'; did you mean"));
  CHECK(testing::error_text([&] { net->at("1").reset_outputs(3, {}); }) ==
        "module: this kind of layer has no output size to change");
}
