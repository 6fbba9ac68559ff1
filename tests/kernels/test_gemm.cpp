#include <doctest/doctest.h>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "support/assets.h"
#include "support/error_text.h"
#include "support/thread_invariance.h"

namespace graft::testing {
namespace {

// op(a) op(b) of matrices in double precision.
std::vector<double> product(const Tensor& a, bool ta, const Tensor& b, bool tb) {
  const int64_t m = a.dim(ta ? 1 : 0), k = a.dim(ta ? 0 : 1), n = b.dim(tb ? 0 : 1);
  const auto at = [](const Tensor& t, int64_t i, int64_t j) {
    const int64_t index = i * t.strides()[0] + j * t.strides()[1];
    return t.dtype() == DType::F32 ? static_cast<double>(t.data<float>()[index])
                                   : t.data<double>()[index];
  };
  std::vector<double> c(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t l = 0; l < k; ++l)
        c[static_cast<size_t>(i * n + j)] +=
            at(a, ta ? l : i, ta ? i : l) * at(b, tb ? j : l, tb ? l : j);
  return c;
}

template <class T>
void check_product(int64_t m, int64_t n, int64_t k) {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      CAPTURE(Shape({m, n, k}));
      CAPTURE(ta);
      CAPTURE(tb);
      const Tensor a = numbers<T>("a", ta ? Shape{k, m} : Shape{m, k});
      const Tensor b = numbers<T>("b", tb ? Shape{n, k} : Shape{k, n});
      check_close<T>(matmul(a, b, ta, tb), product(a, ta, b, tb), k);
    }
}

Tensor rows(const Tensor& t, int64_t begin, int64_t end) { return slice(t, 0, begin, end).clone(); }

}  // namespace

TEST_CASE("gemm: every transpose, sizes around the tiles, every instruction set") {
  at_every_simd_level([] {
    for (const int64_t m : {1, 5, 6, 13, 14, 15, 29, 120})
      for (const int64_t n : {1, 3, 8, 16, 17, 33})
        for (const int64_t k : {1, 2, 31, 130}) {
          check_product<float>(m, n, k);
          check_product<double>(m, n, k);
        }
    check_product<float>(31, 70, 1300);  // several stretches of the reduction
    check_product<double>(31, 70, 1300);
    check_product<float>(130, 40, 1024);  // rows a page apart
  });
}

TEST_CASE("gemm: an empty reduction gives zeros, an empty result nothing") {
  const Tensor c = matmul(Tensor::zeros({3, 0}), Tensor::zeros({0, 5}));
  for (const float v : c.values<float>()) CHECK(v == 0.0f);
  const Tensor ct = matmul(Tensor::zeros({0, 3}), Tensor::zeros({0, 5}), true);
  for (const float v : ct.values<float>()) CHECK(v == 0.0f);
  CHECK(matmul(Tensor::zeros({0, 4}), Tensor::zeros({4, 5})).shape() == Shape{0, 5});
  CHECK(matmul(Tensor::zeros({2, 4}), Tensor::zeros({4, 0})).shape() == Shape{2, 0});
  CHECK(matmul(Tensor::zeros({0, 2, 4}), Tensor::zeros({0, 4, 3})).shape() == Shape{0, 2, 3});
}

TEST_CASE("gemm: blocks of a B too large for a cache give the bits of one chain of additions") {
  const Tensor a = numbers<float>("a", {17, 1700}), b = numbers<float>("b", {1700, 5100});
  at_every_simd_level([&] {
    const Tensor c = matmul(a, b);
    for (const int64_t column : {0, 2544, 5068})
      CHECK(same_bits(slice(c, 1, column, column + 32).clone(),
                      matmul(a, slice(b, 1, column, column + 32))));
    check_close<float>(slice(c, 1, 5068, 5100).clone(),
                       product(a, false, slice(b, 1, 5068, 5100), false), 1700);
    same_bits_on_all_threads([&] { return matmul(a, b); });
  });
}

TEST_CASE("gemm: operands may be views with any strides") {
  at_every_simd_level([] {
    const Tensor a = slice(numbers<float>("a", {40, 50}), 1, 1, 50, 3);
    const Tensor b = transpose(slice(numbers<float>("b", {60, 34}), 1, 0, 34, 2), 0, 1);
    check_close<float>(matmul(a, b), product(a, false, b, false), 17);
  });
}

TEST_CASE("gemm: the same bits on 1, 2 and 3 threads") {
  const Tensor a = numbers<float>("a", {301, 777}), b = numbers<float>("b", {777, 190});
  const Tensor at = numbers<float>("at", {777, 301});
  same_bits_on_all_threads([&] { return matmul(a, b); });
  same_bits_on_all_threads([&] { return matmul(at, b, true); });
}

TEST_CASE("gemm: a row's result does not depend on how many rows make a piece of work") {
  const Tensor b = numbers<float>("b", {60, 40});
  at_every_simd_level([&] {
    for (const int64_t count : {500, 1000, 3000}) {  // with AVX-512, usual, small and large pieces
      const Tensor a = numbers<float>("a", {count, 60});
      same_bits_on_all_threads([&] { return matmul(a, b); });
      CHECK(same_bits(matmul(rows(a, 440, 500), b), rows(matmul(a, b), 440, 500)));
    }
  });
}

TEST_CASE("gemm: few rows read where they lie give the bits of the packed product") {
  const Tensor a = numbers<float>("a", {20, 90}), b = numbers<float>("b", {90, 150});
  at_every_simd_level([&] {
    CHECK(same_bits(matmul(rows(a, 0, 7), b), rows(matmul(a, b), 0, 7)));
    const Tensor at = transpose(a, 0, 1).clone();
    CHECK(same_bits(matmul(slice(at, 1, 0, 7), b, true), rows(matmul(at, b, true), 0, 7)));
  });
}

TEST_CASE("gemm: thin products have the same bits on 1, 2 and 3 threads") {
  const Tensor x = numbers<float>("x", {3000, 500}), w = numbers<float>("w", {10, 500});
  const Tensor g = numbers<float>("g", {3000, 10});
  same_bits_on_all_threads([&] { return linear(x, w); });
  same_bits_on_all_threads([&] { return matmul(g, x, true); });
}

TEST_CASE("linear: a row's result does not depend on the rows beside it") {
  for (const int64_t columns : {10, 37}) {  // a thin product, and a packed one
    const Tensor x = numbers<float>("x", {67, 500}), w = numbers<float>("w", {columns, 500});
    const Tensor bias = numbers<float>("bias", {columns});
    at_every_simd_level([&] {
      const Tensor all = linear(x, w, bias);
      for (const auto& [begin, end] : {std::pair{0, 1}, {3, 20}, {66, 67}}) {
        const Tensor some = linear(rows(x, begin, end), w, bias), same = rows(all, begin, end);
        CHECK(same_bits(some, same));
      }
    });
  }
}

TEST_CASE("linear: levels with fused multiply-add agree to the bit") {
  const SimdLevelScope scope;
  if (set_simd_level(SimdLevel::Avx512) != SimdLevel::Avx512) return skip("AVX-512");
  for (const int64_t columns : {9, 45})  // a thin product, and a packed one
    for (const int64_t depth : {3, 27, 700}) {
      const Tensor x = numbers<float>("x", {33, depth}), w = numbers<float>("w", {columns, depth});
      set_simd_level(SimdLevel::Avx512);
      const Tensor wide = linear(x, w);
      set_simd_level(SimdLevel::Avx2);
      const Tensor narrow = linear(x, w);
      CHECK(same_bits(wide, narrow));
    }
}

TEST_CASE("linear: errors name the operands") {
  const Tensor w = Tensor::zeros({4, 3});
  CHECK(error_text([&] {
          linear(Tensor::zeros({2, 5}), w);
        }) == "linear: needs x [...,K] and weight [N,K]: x [2, 5] weight [4, 3]");
  CHECK(error_text([&] {
          linear(Tensor::zeros({2, 3}, DType::F64), w);
        }) == "linear: needs two f32 or two f64 operands, not f64 and f32");
  CHECK(error_text([&] {
          linear(Tensor::zeros({2, 3}), w, Tensor::zeros({3}));
        }) == "linear: bias does not fit: bias f32 [3] weight f32 [4, 3]");
}

}  // namespace graft::testing
