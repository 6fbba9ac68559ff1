#include "graft/core/tensor.h"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>

#include "graft/core/ops.h"

namespace graft {
namespace {

Tensor counting(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  std::iota(values.begin(), values.end(), 0.0f);
  return Tensor::from(values, shape);
}

template <class To, class From>
std::vector<To> converted(const std::vector<From>& values) {
  const Shape shape{static_cast<int64_t>(values.size())};
  const Tensor y = cast(Tensor::from(values, shape), dtype_of<To>());
  return {y.values<To>().begin(), y.values<To>().end()};
}

}  // namespace

TEST_CASE("tensor: handles share, clones do not, detach shares the storage") {
  Tensor a = counting({2, 3});
  const Tensor same = a, copy = a.clone(), view = a.detach();
  a.data<float>()[0] = 9;
  CHECK(same.values<float>()[0] == 9);
  CHECK(view.values<float>()[0] == 9);
  CHECK(copy.values<float>()[0] == 0);
}

TEST_CASE("tensor: shape, bytes, item") {
  const Tensor a = counting({2, 3, 4});
  CHECK(a.rank() == 3);
  CHECK(a.dim(-1) == 4);
  CHECK(a.bytes() == 96);
  CHECK(a.strides() == Shape{12, 4, 1});
  CHECK(slice(slice(counting({2, 3}), 0, 1, 2), 1, 2, 3).item() == 5.0);
  CHECK(Tensor::full({}, 2.5, DType::BF16).item() == 2.5);
  CHECK(Tensor::empty({0, 3}).values<float>().empty());
}

TEST_CASE("tensor: what cannot be read says why") {
  const Tensor a = counting({2, 3});
  CHECK_THROWS_WITH_AS(a.data<double>(), "data: tensor holds f32, not f64", Error);
  CHECK_THROWS_WITH_AS(a.item(), "item: tensor has shape [2, 3], not one element", Error);
  CHECK_THROWS_WITH_AS(transpose(a, 0, 1).values<float>(),
                       "values: tensor is not contiguous: [3, 2]", Error);
  CHECK_THROWS_WITH_AS(a.dim(2), "shape: no axis 2 in rank 2", Error);
  CHECK_THROWS_WITH_AS(Tensor().shape(), "graft: tensor is undefined", Error);
  CHECK_THROWS_WITH_AS(Tensor::from(std::vector<float>{1, 2}, {3}), "from: 2 values for shape [3]",
                       Error);
}

TEST_CASE("tensor: sizes that overflow are refused before anything is allocated") {
  constexpr int64_t kHuge = int64_t{1} << 40;
  CHECK_THROWS_WITH_AS(Tensor::empty({kHuge, kHuge}),
                       "shape: element count overflows: [1099511627776, 1099511627776]", Error);
  CHECK_THROWS_WITH_AS(Tensor::empty({kHuge, kHuge, 0}),
                       "shape: element count overflows: [1099511627776, 1099511627776, 0]", Error);
  CHECK_THROWS_AS(Tensor::empty({int64_t{1} << 61}, DType::F64), Error);
  CHECK_THROWS_WITH_AS(Tensor::empty({2, -1}), "shape: negative extent: [2, -1]", Error);
  CHECK_THROWS_WITH_AS(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), "shape: rank 9 exceeds 8", Error);
}

TEST_CASE("tensor: copy_ and fill_ write through views and count versions") {
  Tensor a = Tensor::zeros({2, 3});
  Tensor column = slice(a, 1, 1, 2);
  column.fill_(4);
  CHECK(a.values<float>()[1] == 4);
  CHECK(a.values<float>()[2] == 0);
  CHECK(a.storage().version() == 1);
  transpose(a, 0, 1).copy_(counting({3, 2}));
  CHECK(std::vector<float>(a.values<float>().begin(), a.values<float>().end()) ==
        std::vector<float>{0, 2, 4, 1, 3, 5});
  CHECK(column.storage().version() == 2);
  CHECK_THROWS_WITH_AS(a.copy_(Tensor::zeros({3, 2})),
                       "copy_: shapes differ: destination [2, 3] source [3, 2]", Error);
}

TEST_CASE("tensor: copy_ within one storage reads everything before it writes") {
  Tensor a = counting({4});
  slice(a, 0, 1, 4).copy_(slice(a, 0, 0, 3));
  CHECK(std::vector<float>(a.values<float>().begin(), a.values<float>().end()) ==
        std::vector<float>{0, 0, 1, 2});
}

TEST_CASE("tensor: a computed tensor cannot be overwritten while recording") {
  Tensor x = counting({2});
  x.set_requires_grad(true);
  Tensor y = exp(x);
  CHECK_THROWS_WITH_AS(
      y.fill_(0), "fill_: cannot overwrite a computed tensor while its graph is recorded", Error);
  const NoGrad off;
  CHECK_NOTHROW(y.fill_(0));
}

TEST_CASE("tensor: set_requires_grad and set_grad state their conditions") {
  Tensor labels = Tensor::zeros({2}, DType::I64), x = counting({2});
  CHECK_THROWS_WITH_AS(labels.set_requires_grad(true), "set_requires_grad: i64 has no gradient",
                       Error);
  CHECK_THROWS_WITH_AS(x.set_grad(counting({2})), "set_grad: tensor [2] wants no gradient", Error);
  x.set_requires_grad(true);
  CHECK_THROWS_WITH_AS(x.set_grad(counting({3})), "set_grad: gradient [3] for tensor [2]", Error);
  Tensor y = exp(x);
  CHECK_THROWS_WITH_AS(y.set_requires_grad(false),
                       "set_requires_grad: tensor is computed, not a leaf; detach() it first",
                       Error);
  x.set_requires_grad(false);
  CHECK_FALSE(exp(x).requires_grad());
}

TEST_CASE("tensor: conversion between element types") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  CHECK(converted<uint8_t, float>({-1, 0.9f, 255.9f, 300, kNan}) ==
        std::vector<uint8_t>{0, 0, 255, 255, 0});
  CHECK(converted<int64_t, double>({-1.9, 1e300, -1e300}) ==
        std::vector<int64_t>{-1, std::numeric_limits<int64_t>::max(),
                             std::numeric_limits<int64_t>::min()});
  CHECK(converted<float, uint8_t>({0, 128, 255}) == std::vector<float>{0, 128, 255});
  CHECK(converted<int32_t, float>({kInf, -kInf}) ==
        std::vector<int32_t>{std::numeric_limits<int32_t>::max(),
                             std::numeric_limits<int32_t>::min()});
  const Tensor truth = cast(counting({3}), DType::Bool);
  CHECK(cast(truth, DType::F32).values<float>()[2] == 1);
  CHECK(cast(cast(counting({3}), DType::F16), DType::F64).values<double>()[2] == 2);
}

TEST_CASE("tensor: a permuted copy larger than a tile keeps every element") {
  const Tensor images = counting({2, 37, 41, 35});
  const Tensor planes = contiguous(permute(images, {0, 3, 1, 2}));
  bool equal = true;
  for (int64_t n = 0, i = 0; n < 2; ++n)
    for (int64_t c = 0; c < 35; ++c)
      for (int64_t pixel = 0; pixel < 37 * 41; ++pixel, ++i)
        equal &= planes.values<float>()[static_cast<size_t>(i)] ==
                 static_cast<float>((n * 37 * 41 + pixel) * 35 + c);
  CHECK(equal);
}

}  // namespace graft
