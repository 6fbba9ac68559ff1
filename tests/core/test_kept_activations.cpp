// Activations kept for backward in bf16: half of the bytes, shared by all who keep them, gradients
// within bf16's rounding; leaves and the forward pass as they are.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/node.h"
#include "graft/core/op_table.h"
#include "graft/core/ops.h"
#include "graft/models/registry.h"
#include "support/numerics_scope.h"
#include "support/tensors.h"

namespace graft {
namespace {

using testing::formula_tensor;

int64_t live() { return static_cast<int64_t>(allocator(Device{}).stats().live); }

struct Case {
  const char* op;
  std::vector<Shape> operands;  // the first is the activation
  OpParams params;
  int64_t input, result;  // elements that are kept; of a result negative: only where x is rounded
};

std::vector<Case> cases() {
  const Shape image{2, 6, 5, 8};
  const int64_t n = image.numel();
  const BatchNormParams plain, relu_after{.activation = Activation::Relu};
  return {{"conv2d", {image, {4, 3, 3, 8}, {4}}, ConvParams{}, n, 0},
          {"linear", {{7, 16}, {5, 16}, {5}}, LinearParams{}, 7 * 16, 0},
          {"layer_norm", {{7, 16}, {16}, {16}}, LayerNormParams{}, 7 * 16, 0},
          {"batch_norm_train", {image, {8}, {8}}, plain, n, 0},
          {"batch_norm_train", {image, {8}, {8}}, relu_after, n, -n},
          {"batch_norm_eval", {image, {8}, {8}, {8}, {8}}, relu_after, n, n}};
}

// What a node keeps of an activation that was computed, or is a leaf, and of leaves.
int64_t kept_bytes(const Case& c, bool computed) {
  const int64_t before = live();
  std::vector<Tensor> operands;
  for (const Shape& shape : c.operands) operands.push_back(Tensor::full(shape, 0.5));
  for (size_t i = 0; i < 3; ++i) operands[i].set_requires_grad(true);
  if (computed) operands[0] = neg(operands[0]);  // which keeps nothing
  operands.emplace_back();                       // no residual
  Tensor y = op_row(c.op).apply(operands, c.params);
  const std::shared_ptr<Node> node = producer_of(y);
  operands[0] = {};  // parameters live anyway
  y = {};
  return live() - before;
}

// The gradients of a small network's parameters.
std::vector<std::vector<float>> network_gradients() {
  const auto network = models::make_model("cifar_resnet20", {.classes = 4, .seed = 3});
  const Tensor pictures = formula_tensor("x", {4, 32, 32, 3});
  backward(
      cross_entropy((*network)(pictures), Tensor::from(std::vector<int64_t>{0, 1, 2, 3}, {4})));
  std::vector<std::vector<float>> all;
  for (const NamedTensor& parameter : network->parameters())
    all.push_back(testing::values_of(parameter.tensor.grad()));
  return all;
}

}  // namespace

TEST_CASE("kept activations: bf16 takes half of their bytes, and nothing else") {
  for (const Case& c : cases()) {
    CAPTURE(c.op);
    const int64_t full = kept_bytes(c, true), of_leaf = kept_bytes(c, false);
    const testing::NumericsScope scope({.kept = Precision::BF16});
    CHECK(full - kept_bytes(c, true) == 2 * (c.input + c.result));
    CHECK(of_leaf - kept_bytes(c, false) == 2 * c.result);
    const testing::NumericsScope exact({.exact = true});
    CHECK(kept_bytes(c, true) == full);
  }
}

TEST_CASE("kept activations: who keeps the same one shares the copy") {
  const testing::NumericsScope scope({.kept = Precision::BF16});
  Tensor x = Tensor::full({1, 6, 6, 4}, 0.5).set_requires_grad(true);
  const Tensor w = Tensor::full({4, 1, 1, 4}, 0.25).set_requires_grad(true);
  Tensor h = neg(x);
  const int64_t before = live();
  Tensor y = conv2d(h, w, {}, {}), z = conv2d(h, w, {}, {});
  const auto bytes = [](const Tensor& t) { return static_cast<int64_t>(t.bytes()); };
  CHECK(live() - before == bytes(y) + bytes(z) + bytes(h) / 2);
  {
    const NoGrad no_grad;
    h.copy_(h.detach());
  }
  // The copy is of what was: the next to keep it makes another.
  const Tensor more = conv2d(h, w, {}, {});
  CHECK(live() - before == 3 * bytes(y) + 2 * bytes(h) / 2);
}

TEST_CASE("kept activations: gradients of a network within bf16's rounding, the loss the same") {
  const auto full = network_gradients();
  const testing::NumericsScope scope({.kept = Precision::BF16});
  const auto rounded = network_gradients();
  double worst = 0;
  for (size_t i = 0; i < full.size(); ++i) {
    double square = 0, difference = 0;
    for (size_t k = 0; k < full[i].size(); ++k) {
      square += std::pow(full[i][k], 2);
      difference += std::pow(full[i][k] - rounded[i][k], 2);
    }
    worst = std::max(worst, std::sqrt(difference / square));
  }
  CHECK(worst > 0);
  CHECK(worst < 0.02);
}

TEST_CASE("kept activations: derivatives of derivatives go through the rounded numbers") {
  const auto second = [] {
    const Tensor x = formula_tensor("x", {3, 4}).set_requires_grad(true);
    const Tensor w = formula_tensor("w", {2, 4}).set_requires_grad(true);
    const Tensor y = linear(tanh(x), w, {});
    const std::vector<Tensor> first =
        graft::gradients(sum(square(y)), {w}, {}, {.create_graph = true});
    return testing::values_of(graft::gradients(sum(square(first[0])), {x})[0]);
  };
  const std::vector<float> full = second();
  const testing::NumericsScope scope({.kept = Precision::BF16});
  const std::vector<float> rounded = second();
  for (size_t i = 0; i < full.size(); ++i)
    CHECK(std::abs(rounded[i] - full[i]) <= 0.02f * (1 + std::abs(full[i])));
}

}  // namespace graft
