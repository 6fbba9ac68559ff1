#include <doctest/doctest.h>

#include <numeric>

#include "graft/core/ops.h"

namespace graft {
namespace {

Tensor counting(const Shape& shape) {
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  std::iota(values.begin(), values.end(), 0.0);
  return Tensor::from(values, shape);
}

std::vector<double> elements(const Tensor& x) {
  const Tensor dense = contiguous(x);
  return {dense.values<double>().begin(), dense.values<double>().end()};
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("views: reshape, permute and slice share the storage; contiguous copies if it must") {
  const Tensor x = counting({2, 3});
  for (const Tensor& view : {reshape(x, {3, -1}), flatten(x), permute(x, {1, 0}),
                             transpose(x, 0, -1), slice(x, 1, 0, 3, 2), contiguous(x)})
    CHECK(&view.storage() == &x.storage());
  CHECK(elements(transpose(x, 0, 1)) == Values{0, 3, 1, 4, 2, 5});
  CHECK(elements(slice(x, 1, 0, 3, 2)) == Values{0, 2, 3, 5});
  CHECK(elements(slice(x, 1, 1, 3, std::numeric_limits<int64_t>::max())) == Values{1, 4});
  CHECK(elements(reshape(transpose(x, 0, 1), {6})) == Values{0, 3, 1, 4, 2, 5});
  CHECK(&contiguous(transpose(x, 0, 1)).storage() != &x.storage());
  CHECK(flatten(counting({2, 3, 4, 5}), 1, 2).shape() == Shape{2, 12, 5});
  CHECK(flatten(Tensor::full({}, 1)).shape() == Shape{1});
}

TEST_CASE("views: empty tensors pass through") {
  const Tensor x = Tensor::empty({0, 3}, DType::F64);
  CHECK(reshape(x, {3, 0}).shape() == Shape{3, 0});
  CHECK(transpose(x, 0, 1).shape() == Shape{3, 0});
  CHECK(slice(counting({3}), 0, 2, 2).shape() == Shape{0});
  CHECK(elements(cat({x, counting({1, 3}), x}, 0)) == Values{0, 1, 2});
  CHECK(elements(pad(slice(counting({3}), 0, 1, 1), {1}, {1}, 5)) == Values{5, 5});
  CHECK(contiguous(transpose(x, 0, 1)).numel() == 0);
  CHECK(gather_rows(counting({2, 2}), Tensor::empty({0}, DType::I64)).shape() == Shape{0, 2});
}

TEST_CASE("views: what does not fit says so") {
  const Tensor x = counting({2, 3});
  CHECK_THROWS_WITH_AS(reshape(x, {4, -1}), "reshape: [2, 3] does not fit into [4, -1]", Error);
  CHECK_THROWS_WITH_AS(reshape(x, {-1, -1}), "reshape: [2, 3] does not fit into [-1, -1]", Error);
  CHECK_THROWS_WITH_AS(reshape(x, {7}), "reshape: [2, 3] does not fit into [7]", Error);
  CHECK_THROWS_WITH_AS(reshape(Tensor::empty({0}), {0, -1}),
                       "reshape: [0] does not fit into [0, -1]", Error);
  CHECK_THROWS_WITH_AS(permute(x, {0, 0}), "permute: order [0, 0] names an axis twice", Error);
  CHECK_THROWS_WITH_AS(permute(x, {0}), "permute: order [0] for [2, 3]", Error);
  CHECK_THROWS_WITH_AS(transpose(x, 0, 2), "transpose: no axis 2 in rank 2", Error);
  CHECK_THROWS_WITH_AS(slice(x, 1, 2, 4), "slice: 2..4 step 1 of axis 1 of [2, 3]", Error);
  CHECK_THROWS_WITH_AS(slice(x, 1, 0, 3, 0), "slice: 0..3 step 0 of axis 1 of [2, 3]", Error);
  CHECK_THROWS_WITH_AS(flatten(x, 1, 0), "flatten: axes 1..0 of [2, 3]", Error);
  CHECK_THROWS_WITH_AS(cat({}, 0), "cat: no tensors", Error);
  CHECK_THROWS_WITH_AS(cat({x, counting({2, 4})}, 0), "cat: [2, 4] after [2, 3] along axis 0",
                       Error);
  CHECK_THROWS_WITH_AS(cat({x, Tensor::empty({2, 3})}, 0), "cat: f32 after f64", Error);
  CHECK_THROWS_WITH_AS(pad(x, {1}, {1}), "pad: 1 and 1 amounts for [2, 3]", Error);
  CHECK_THROWS_WITH_AS(pad(x, {1, 0}, {0, -2}), "pad: negative amount -2 at axis 1 of [2, 3]",
                       Error);
  const Tensor rows = Tensor::from(std::vector<int64_t>{1, 2, -1}, {3});
  CHECK_THROWS_WITH_AS(gather_rows(x, rows), "gather_rows: rows[1] = 2 is not in 0..1", Error);
  CHECK_THROWS_WITH_AS(gather_rows(x, x), "gather_rows: rows must be i64 [n], not f64 [2, 3]",
                       Error);
}

TEST_CASE("views: rows are gathered from any type, repeated rows are added up") {
  const Tensor rows = Tensor::from(std::vector<int64_t>{2, 0, 2}, {3});
  const Tensor bytes = cast(counting({3, 2}), DType::U8);
  CHECK(elements(cast(gather_rows(bytes, rows), DType::F64)) == Values{4, 5, 0, 1, 4, 5});
  CHECK(elements(gather_rows(transpose(counting({2, 3}), 0, 1), rows)) == Values{2, 5, 0, 3, 2, 5});
  CHECK(elements(scatter_rows(counting({3, 2}), rows, 4)) == Values{2, 3, 0, 0, 4, 6, 0, 0});
}

TEST_CASE("views: a gradient flows back through a chain of views into a leaf of its own") {
  Tensor x = counting({4, 5, 3});
  x.set_requires_grad(true);
  const Tensor y = slice(permute(reshape(x, {20, 3}), {1, 0}), 1, 1, 20, 4);  // [3, 5]
  const Tensor c = counting({3, 5});
  backward(y, c);
  REQUIRE(x.grad().shape() == x.shape());
  bool equal = true;
  for (size_t i = 0; i < 60; ++i) {
    const size_t row = i / 3, column = i % 3;
    const double expected = row % 4 == 1 ? static_cast<double>(column * 5 + row / 4) : 0.0;
    equal &= x.grad().values<double>()[i] == expected;
  }
  CHECK(equal);
}

TEST_CASE("views: a cast to integers ends the gradient, between fractions it flows") {
  Tensor x = counting({3});
  x.set_requires_grad(true);
  CHECK_FALSE(cast(x, DType::I64).requires_grad());
  backward(sum(cast(x, DType::F32)));
  CHECK(x.grad().dtype() == DType::F64);
}

}  // namespace graft
