// Convolution with factors rounded to bf16: the same bits as the f32 convolution of numbers rounded
// beforehand, with and without the instruction for it.
#include <doctest/doctest.h>
#include <algorithm>

#include <limits>
#include <vector>

#include "graft/core/ops.h"
#include "graft/kernels/cpu/product/bf16_panel.h"
#include "kernels/simd_levels.h"
#include "op_cases/op_case.h"
#include "support/assets.h"
#include "support/error_text.h"
#include "support/numerics_scope.h"
#include "support/tensors.h"
#include "support/thread_invariance.h"

namespace graft::testing {
namespace {

struct Layer {
  Shape x, w;
  Conv2dParams params = {};
};
const Layer kLayers[] = {
    {{2, 5, 4, 9}, {5, 1, 1, 9}},  // an odd number of channels
    {{1, 1, 1, 8}, {1, 1, 1, 8}},
    {{3, 14, 14, 32}, {48, 1, 1, 32}},         // pieces of several images
    {{2, 9, 8, 64}, {70, 1, 1, 64}, conv(2)},  // pixels that no window sees
    {{1, 7, 7, 2400}, {40, 1, 1, 2400}},       // runs cut in stretches
    {{2, 19, 17, 8}, {40, 7, 7, 8}, conv(2, 3)},
    {{2, 13, 11, 17}, {37, 3, 3, 17}, conv(2, 1)},
    {{1, 9, 10, 20}, {48, 5, 5, 20}, conv(2, 2)},
    {{2, 8, 10, 36}, {160, 3, 3, 9}, conv(2, 1, 1, 4)},  // groups of an odd number
    {{1, 11, 12, 8}, {41, 3, 3, 8}, conv(1, 2, 2)},      // dilated
    {{1, 9, 8, 16}, {48, 3, 3, 16}, conv(1, 1)},         // too few for Winograd's transforms
    {{1, 3, 500, 8}, {39, 3, 3, 8}, conv(2, 1)},         // several pieces a row
    {{2, 6, 7, 450}, {40, 3, 3, 450}, conv(2, 1)},
    {{2, 6, 7, 11}, {42, 3, 2, 11}, {2, 1, 1, 2, 1, {0, 1, 2, 1}}},
};

Tensor rounded(const Tensor& x) { return cast(cast(x, DType::BF16), DType::F32); }

Tensor in_bf16(const Tensor& x, const Tensor& w, const Conv2dParams& params,
               const Tensor& bias = {}, const Tensor& residual = {},
               Activation activation = Activation::None) {
  return conv2d_fused(x, w, bias, params, residual, activation, Precision::BF16);
}

}  // namespace

TEST_CASE("bf16 products: the bits of the f32 sum of rounded numbers, every instruction set") {
  at_every_simd_level([] {
    for (const Layer& layer : kLayers) {
      CAPTURE(layer.x);
      CAPTURE(layer.w);
      const Tensor x = numbers<float>("x", layer.x), w = numbers<float>("w", layer.w);
      const Tensor bias = numbers<float>("b", {layer.w[0]});
      const NumericsScope direct({.exact = true});
      const Tensor plain = conv2d(rounded(x), rounded(w), bias, layer.params);
      CHECK(same_bits(in_bf16(x, w, layer.params, bias), plain));
      const Tensor residual = numbers<float>("r", plain.shape());
      CHECK(same_bits(in_bf16(x, w, layer.params, bias, residual, Activation::Relu),
                      relu(add(plain, residual))));
    }
  });
}

#if defined(__x86_64__)
TEST_CASE("bf16 products: without the instruction the same bits") {
  if (!multiplies_bf16()) return skip("AVX-512 BF16");
  constexpr int kColumns = 21, kRows = 14, kPairs = 50;
  const Tensor numbers_a = numbers<float>("a", {kRows * kPairs * 2});
  std::vector<cpu::Bf16Pair> a(kRows * kPairs), b(32 * kPairs);
  const auto result = [&]<SimdLevel kLevel, bool kNative>() {
    cpu::round_to_pairs<kLevel, kNative>(numbers_a.data<float>(), kRows * kPairs * 2, a.data());
    cpu::round_to_pairs<kLevel, kNative>(numbers<float>("b", {64 * kPairs}).data<float>(),
                                         64 * kPairs, b.data());
    Tensor c = Tensor::zeros({kRows, kColumns});
    std::vector<cpu::Bf16Tile> tiles;
    for (int row = 0; row < kRows; row += tiles.back().rows)
      tiles.push_back({a.data() + row * kPairs, c.data<float>() + row * kColumns, nullptr,
                       std::min(kRows - row, cpu::bf16_tile_rows(kNative))});
    cpu::multiply_bf16_panel<kLevel, kNative>({.tiles = tiles.data(),
                                               .tile_count = std::ssize(tiles),
                                               .a_stride = kPairs,
                                               .c_stride = kColumns,
                                               .run = kPairs,
                                               .b = b.data(),
                                               .b_depth = kPairs,
                                               .columns = kColumns});
    return c;
  };
  CHECK(same_bits(result.operator()<SimdLevel::Avx512, true>(),
                  result.operator()<SimdLevel::Avx512, false>()));
}
#endif

TEST_CASE("bf16 products: rounded to nearest, ties to even; NaN and infinity stay") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const std::vector<float> values{
      1.0f,  1.00390625f, 1.01171875f, -1.00390626f, inf,          -inf, nan,  0.0f, 3.4e38f,
      -0.0f, 1.0000001f,  257.0f,      1e-30f,       -3.14159265f, 0.1f, 2.0f, 7.7f};
  at_every_simd_level([&] {
    std::vector<cpu::Bf16Pair> pairs((values.size() + 1) / 2);
    cpu::with_bf16_simd([&]<SimdLevel kLevel, bool kNative>() {
      cpu::round_to_pairs<kLevel, kNative>(values.data(), std::ssize(values), pairs.data());
    });
    for (size_t i = 0; i < values.size(); ++i) {
      const uint16_t found = i % 2 == 0 ? pairs[i / 2].first : pairs[i / 2].second;
      CHECK(found == bfloat16(values[i]).bits);
    }
    CHECK(pairs.back().second == 0);
  });
}

TEST_CASE("bf16 products: the same bits in every batch and on 1, 2 and 3 threads") {
  for (const Layer& layer : {Layer{{3, 28, 28, 40}, {70, 3, 3, 40}, conv(2, 1)},
                             Layer{{3, 28, 28, 40}, {70, 1, 1, 40}}}) {
    const Tensor x = numbers<float>("x", layer.x), w = numbers<float>("w", layer.w);
    same_bits_on_all_threads([&] { return in_bf16(x, w, layer.params); });
    const Tensor all = in_bf16(x, w, layer.params);
    for (int64_t n = 0; n < 3; ++n)
      CHECK(same_bits(in_bf16(slice(x, 0, n, n + 1), w, layer.params),
                      slice(all, 0, n, n + 1).clone()));
  }
}

TEST_CASE("bf16 products: only where they pay") {
  const Layer kInF32[] = {
      {{1, 28, 28, 64}, {64, 3, 3, 64}, conv(1, 1)},      // Winograd
      {{1, 7, 7, 512}, {64, 3, 3, 512}, conv(1, 1)},      // Winograd
      {{1, 19, 17, 3}, {10, 7, 7, 3}, conv(2, 3)},        // few channels
      {{1, 9, 8, 16}, {1, 3, 3, 16}, conv(1, 1)},         // few columns: folded
      {{1, 9, 8, 33}, {33, 3, 3, 1}, conv(1, 1, 1, 33)},  // depthwise
  };
  for (const Layer& layer : kInF32) {
    CAPTURE(layer.x);
    const Tensor x = numbers<float>("x", layer.x), w = numbers<float>("w", layer.w);
    CHECK(same_bits(in_bf16(x, w, layer.params), conv2d(x, w, {}, layer.params)));
  }
  const Tensor x = numbers<double>("x", {1, 2, 2, 8}), w = numbers<double>("w", {3, 1, 1, 8});
  CHECK(error_text([&] { in_bf16(x, w, {}); }) == "conv2d_fused: rounds f32 to bf16, not f64");
}

}  // namespace graft::testing
