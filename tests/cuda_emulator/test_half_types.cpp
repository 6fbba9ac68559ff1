// Operations on bf16 and f16, which only GPUs compute in: within their rounding of f64, and the
// policy of mixed precision.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "cuda_emulator/emulated_device.h"
#include "graft/core/autocast.h"
#include "graft/core/ops.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

struct Case {
  const char* name;
  std::vector<Shape> operands;
  double terms;  // of the longest sum
  std::function<Tensor(const std::vector<Tensor>&)> run;
};

std::vector<Case> cases() {
  const Conv2dParams padded{.padding = symmetric_padding(1)};
  const Pool2dParams window{.kernel_h = 3, .kernel_w = 3};
  return {
      {"relu", {{5, 7}}, 1, [](auto& x) { return relu(x[0]); }},
      {"add", {{5, 7}, {5, 7}}, 1, [](auto& x) { return add(x[0], x[1]); }},
      {"linear", {{6, 40}, {9, 40}, {9}}, 40, [](auto& x) { return linear(x[0], x[1], x[2]); }},
      {"matmul", {{6, 33}, {33, 5}}, 33, [](auto& x) { return matmul(x[0], x[1]); }},
      {"conv2d",
       {{2, 6, 5, 8}, {4, 3, 3, 8}, {4}},
       72,
       [=](auto& x) { return conv2d(x[0], x[1], x[2], padded); }},
      {"conv2d_filter_grad",
       {{2, 6, 5, 8}, {2, 6, 5, 4}},
       60,
       [=](auto& x) {
         return conv2d_filter_grad(x[0], x[1], {4, 3, 3, 8}, padded);
       }},
      {"conv2d_input_grad",
       {{2, 6, 5, 4}, {4, 3, 3, 8}},
       36,
       [=](auto& x) {
         return conv2d_input_grad(x[0], x[1], {2, 6, 5, 8}, padded);
       }},
      {"avg_pool2d", {{2, 7, 9, 8}}, 9, [=](auto& x) { return avg_pool2d(x[0], window); }},
      {"max_pool2d", {{2, 7, 9, 8}}, 1, [=](auto& x) { return max_pool2d(x[0], window); }},
      {"layer_norm",
       {{4, 300}},
       1,
       [](auto& x) {
         const DType type = x[0].dtype() == DType::F64 ? DType::F64 : DType::F32;
         const Shape channels{x[0].dim(-1)};
         return layer_norm(x[0], Tensor::full(channels, 1.5, type, x[0].device()),
                           Tensor::full(channels, 0.5, type, x[0].device()));
       }},
      {"softmax", {{4, 300}}, 1, [](auto& x) { return softmax(x[0]); }},
      {"sum", {{6, 50}}, 50, [](auto& x) { return sum(x[0], {1}); }},
  };
}

double largest(const Tensor& x) { return max(abs(x)).item(); }

}  // namespace

TEST_CASE("half types: results within their rounding of f64") {
  const Device device = emulated_device();
  for (const DType dtype : {DType::BF16, DType::F16}) {
    const double roundoff = dtype == DType::BF16 ? 0x1p-8 : 0x1p-11;
    for (const Case& c : cases()) {
      CAPTURE(std::string(c.name));
      CAPTURE(std::string(to_string(dtype)));
      std::vector<Tensor> exact, half;
      for (size_t i = 0; i < c.operands.size(); ++i) {
        const Tensor x = cast(formula_tensor(std::string(1, char('a' + i)), c.operands[i]), dtype);
        exact.push_back(cast(x, DType::F64));
        half.push_back(to_device(x, device));
      }
      const Tensor expected = c.run(exact), got = c.run(half);
      CHECK(got.dtype() == dtype);
      const double error = largest(sub(cast(to_device(got, {}), DType::F64), expected));
      CHECK(error <= 3 * roundoff * std::sqrt(c.terms) * largest(expected));
    }
  }
}

TEST_CASE("half types: batch norm takes its statistics and parameters in f32") {
  const Device device = emulated_device();
  const Tensor x = cast(formula_tensor("x", {3, 5, 4, 24}), DType::BF16);
  const Tensor gamma = formula_tensor("g", {24}), beta = formula_tensor("b", {24});
  const BatchNormParams params{.activation = Activation::Relu};
  const Tensor exact = batch_norm_train(cast(x, DType::F64), cast(gamma, DType::F64),
                                        cast(beta, DType::F64), {}, {}, params);
  Tensor half = to_device(x, device).detach();
  half.set_requires_grad(true);
  const Tensor got =
      batch_norm_train(half, to_device(gamma, device), to_device(beta, device), {}, {}, params);
  CHECK(got.dtype() == DType::BF16);
  CHECK(largest(sub(cast(to_device(got, {}), DType::F64), exact)) < 0x1p-7 * largest(exact));
  backward(sum(cast(got, DType::F32)));
  CHECK(half.grad().dtype() == DType::BF16);
}

TEST_CASE("mixed precision: products round, losses widen, gradients come back as f32") {
  const Device device = emulated_device();
  Tensor weight = to_device(formula_tensor("w", {5, 12}), device).detach();
  weight.set_requires_grad(true);
  const Tensor x = to_device(formula_tensor("x", {4, 12}), device);
  const Tensor labels = to_device(Tensor::from(std::vector<int64_t>{0, 3, 4, 1}, {4}), device);
  const Tensor plain = cross_entropy(linear(x, weight, {}), labels);
  Tensor loss;
  {
    const AutocastScope scope(DType::BF16);
    const Tensor logits = linear(x, weight, {});
    CHECK(logits.dtype() == DType::BF16);
    CHECK(softmax(logits).dtype() == DType::F32);
    loss = cross_entropy(logits, labels);
  }
  CHECK(loss.dtype() == DType::F32);
  CHECK(loss.item() == doctest::Approx(plain.item()).epsilon(0.02));
  CHECK(loss.item() != plain.item());
  backward(loss);
  CHECK(weight.grad().dtype() == DType::F32);
  CHECK(weight.grad().device() == device);
  const Tensor rounded = weight.grad();
  weight.set_grad({});
  backward(plain);
  const double scale = largest(to_device(weight.grad(), {}));
  CHECK(largest(to_device(sub(rounded, weight.grad()), {})) < 0.02 * scale);
}

}  // namespace graft::testing
