// A dense layer's gradients: which kernels run for what is wanted, and that fusing changes no bit.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "graft/core/kernel_trace.h"
#include "graft/core/ops.h"
#include "support/tensors.h"
#include "support/thread_invariance.h"

namespace graft::testing {
namespace {

using Names = std::vector<std::string>;

struct Kernels final : KernelTrace {
  Names names;
  void on_kernel(const KernelCall& call) override { names.emplace_back(call.kernel); }
};

struct Layer {
  Tensor x, weight, bias;
  Layer(int64_t rows, int64_t in, int64_t out)
      : x(formula_tensor("x", {rows, in})),
        weight(formula_tensor("weight", {out, in})),
        bias(formula_tensor("bias", {out})) {}

  // Towards those of {x, weight, bias} that want one, under a cotangent that is the same for all.
  std::vector<Tensor> grads(BackwardOptions options = {}) const {
    const Tensor y = linear(x, weight, bias);
    return gradients(y, {x, weight, bias}, formula_tensor("dy", y.shape()), options);
  }
};

Names kernels_of_backward(bool weight, bool bias) {
  Layer layer(4, 6, 3);
  layer.weight.set_requires_grad(weight);
  layer.bias.set_requires_grad(bias);
  const Tensor y = linear(layer.x, layer.weight, layer.bias);
  const Tensor cotangent = formula_tensor("dy", y.shape());
  Kernels trace;
  const TraceScope scope(trace);
  backward(y, cotangent);
  CHECK(layer.weight.grad().defined() == weight);
  CHECK(layer.bias.grad().defined() == bias);
  return trace.names;
}

}  // namespace

TEST_CASE("linear: one kernel gives the gradients towards weight and bias, of the frozen none") {
  CHECK(kernels_of_backward(true, true) == Names{"linear_weight_grad"});
  CHECK(kernels_of_backward(true, false) == Names{"linear_weight_grad"});
  CHECK(kernels_of_backward(false, true) == Names{"reduce"});
}

TEST_CASE("linear: the fused gradients have the bits of those that can be differentiated again") {
  for (const auto [rows, in, out] :
       {std::array<int64_t, 3>{32, 512, 10}, {1, 512, 10}, {3, 7, 5}, {300, 90, 70}}) {
    Layer layer(rows, in, out);
    for (Tensor* operand : {&layer.x, &layer.weight, &layer.bias}) operand->set_requires_grad(true);
    const std::vector<Tensor> formula = layer.grads({.create_graph = true});
    const std::vector<Tensor> fused = layer.grads();
    for (size_t i = 0; i < fused.size(); ++i) {
      CHECK_FALSE(fused[i].requires_grad());
      CHECK(same_bits(fused[i], formula[i]));
      same_bits_on_all_threads([&] { return layer.grads()[i]; });
    }
  }
}

TEST_CASE("linear: a second backward adds to the gradients that are there") {
  Layer layer(4, 6, 3);
  layer.weight.set_requires_grad(true);
  layer.bias.set_requires_grad(true);
  const Tensor cotangent = formula_tensor("dy", {4, 3});
  for (const double times : {1.0, 2.0}) {
    backward(linear(layer.x, layer.weight, layer.bias), cotangent);
    const std::vector<Tensor> once = layer.grads();
    CHECK(same_bits(layer.weight.grad(), mul(once[1], times)));
    CHECK(same_bits(layer.bias.grad(), mul(once[2], times)));
  }
}

}  // namespace graft::testing
