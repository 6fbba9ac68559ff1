#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "graft/core/ops.h"
#include "support/tensors.h"
#include "support/thread_count.h"

namespace graft {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Tensor noise(const Shape& shape, uint64_t seed) {
  RandomStream stream({.seed = seed});
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  for (float& value : values) value = stream.uniform();
  return Tensor::from(values, shape);
}

}  // namespace

TEST_CASE("reduce: a million f32 add up to seven digits, along any axes") {
  const Tensor x = noise({1000, 1000}, 1);
  const auto values = x.values<float>();
  double exact = 0;
  for (const float value : values) exact += static_cast<double>(value);
  CHECK(std::abs(sum(x).item() - exact) < 1e-7 * exact);
  for (const int axis : {0, 1}) {
    const Tensor part = sum(x, {axis});
    for (const size_t i : {size_t{0}, size_t{999}}) {
      double expected = 0;
      for (size_t k = 0; k < 1000; ++k)
        expected += static_cast<double>(values[axis == 0 ? k * 1000 + i : i * 1000 + k]);
      CHECK(std::abs(static_cast<double>(part.values<float>()[i]) - expected) < 3e-7 * expected);
    }
  }
  const Tensor column = reshape(x, {1000000, 1});
  CHECK(std::abs(sum(column, {0}).item() - exact) < 1e-7 * exact);
}

TEST_CASE("reduce: bits do not depend on the number of threads") {
  const Tensor x = noise({8, 61, 67, 33}, 2), logits = noise({900, 77}, 3);
  const std::vector<std::vector<int>> axes{{}, {0}, {3}, {1, 2}, {0, 1, 2}, {0, 3}};
  std::vector<Tensor> expected;
  for (const int threads : {1, 2, 5}) {
    const testing::ThreadCount scope(threads);
    std::vector<Tensor> found;
    for (const auto& over : axes) {
      found.push_back(sum(x, over));
      found.push_back(max(x, over));
      found.push_back(sum(permute(x, {3, 1, 0, 2}), over));
    }
    found.push_back(softmax(logits));
    found.push_back(log_softmax(logits));
    if (expected.empty()) expected = found;
    for (size_t i = 0; i < found.size(); ++i) CHECK(testing::same_bits(found[i], expected[i]));
  }
}

TEST_CASE("reduce: NaN stays in a maximum, whatever comes after it") {
  for (const int64_t width : {3, 40, 3000}) {
    Tensor x = Tensor::full({2, width}, 1.0);
    x.data<float>()[1] = kNan;
    CHECK(std::isnan(max(x).item()));
    CHECK(std::isnan(max(x, {1}).values<float>()[0]));
    CHECK(max(x, {1}).values<float>()[1] == 1);
    CHECK(std::isnan(max(x, {0}).values<float>()[1]));
    CHECK(argmax(x).values<int64_t>()[0] == 1);
  }
  const Tensor nan = Tensor::full({1}, kNan), one = Tensor::full({1}, 1.0);
  CHECK(std::isnan(relu(nan).item()));
  CHECK(std::isnan(relu6(nan).item()));
  for (const auto& [a, b] : {std::pair{nan, one}, std::pair{one, nan}}) {
    CHECK(std::isnan(maximum(a, b).item()));
    CHECK(std::isnan(minimum(a, b).item()));
  }
}

TEST_CASE("reduce: argmax takes the first of equals") {
  const Tensor x = Tensor::from(std::vector<float>{1, 3, 3, 2, 2, 2, -1, -5, -1}, {3, 3});
  const auto index = argmax(x);
  CHECK(index.values<int64_t>()[0] == 1);
  CHECK(index.values<int64_t>()[1] == 0);
  CHECK(index.values<int64_t>()[2] == 0);
  CHECK(argmax(transpose(x, 0, 1)).values<int64_t>()[1] == 0);
}

TEST_CASE("reduce: nothing adds up to zero, but has no largest element and no mean") {
  const Tensor x = Tensor::empty({0, 3});
  CHECK(sum(x).item() == 0);
  CHECK(sum(x, {0}).values<float>()[2] == 0);
  CHECK(sum(x, {1}).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(max(x), "max: no elements: [0, 3]", Error);
  CHECK_THROWS_WITH_AS(mean(x), "mean: no elements: [0, 3]", Error);
  CHECK_THROWS_WITH_AS(argmax(transpose(x, 0, 1)), "argmax: no last axis to search: [3, 0]", Error);
}

TEST_CASE("reduce: equal maxima share the gradient") {
  Tensor x = Tensor::from(std::vector<float>{2, 5, 5, 1}, {4});
  x.set_requires_grad(true);
  backward(max(x));
  CHECK(x.grad().values<float>()[0] == 0);
  CHECK(x.grad().values<float>()[1] == 0.5f);
  CHECK(x.grad().values<float>()[2] == 0.5f);
}

TEST_CASE("reduce: what does not fit says so") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH_AS(sum(x, {2}), "sum: no axis 2 in rank 2", Error);
  CHECK_THROWS_WITH_AS(sum(cast(x, DType::I64)), "sum: needs f32 or f64, not i64", Error);
  CHECK_THROWS_WITH_AS(sum_to(x, {2}), "sum_to: [2, 3] does not sum to [2]", Error);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {2, 4}),
                       "broadcast_to: shapes do not broadcast: [2, 3] and [2, 4]", Error);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {3}), "broadcast_to: [2, 3] does not broadcast to [3]",
                       Error);
  CHECK_THROWS_WITH_AS(add(x, Tensor::zeros({2, 2})),
                       "add: shapes do not broadcast: [2, 3] and [2, 2]", Error);
  CHECK_THROWS_WITH_AS(add(x, Tensor::zeros({2, 3}, DType::F64)),
                       "add: needs two f32 or two f64 operands, not f32 and f64", Error);
}

}  // namespace graft
