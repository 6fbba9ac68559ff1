// Winograd's convolution against the direct one in f64, and when it is chosen.
#include <doctest/doctest.h>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"
#include "op_reference/winograd.h"
#include "support/numerics_scope.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

// Within the bound for sums of `terms` products of numbers() with an average magnitude of `mean`.
void check_bound(const Tensor& found, const Tensor& wanted, int64_t terms, double mean) {
  const auto values = wanted.values<double>();
  const auto n = static_cast<double>(terms);
  check_within<float>(found, {values.begin(), values.end()}, winograd_tolerance(n, n * mean));
}

Tensor widened(const Tensor& x) { return cast(x, DType::F64); }

Conv2dParams padded(int64_t size) { return {.padding = symmetric_padding(size)}; }

struct Layer {
  Shape x, w;
  int64_t padding = 1;
};
const Layer kLayers[] = {{{1, 28, 28, 64}, {64, 3, 3, 64}},  {{2, 14, 14, 96}, {40, 3, 3, 96}},
                         {{8, 14, 14, 48}, {40, 3, 3, 48}},  // more tiles than columns
                         {{2, 7, 7, 256}, {150, 3, 3, 256}}, {{1, 9, 10, 33}, {50, 3, 3, 33}, 2},
                         {{1, 9, 10, 50}, {33, 3, 3, 50}, 0}};

}  // namespace

TEST_CASE("winograd: within the stated bound on real layers, also of values that do not cancel") {
  at_every_simd_level([] {
    for (const Layer& layer : kLayers) {
      CAPTURE(layer.x);
      const Conv2dParams p = padded(layer.padding);
      REQUIRE(takes_winograd(ConvPass::Forward, layer.x, layer.w, p));
      const Tensor w = numbers<float>("w", layer.w), signed_x = numbers<float>("x", layer.x);
      for (const Tensor& x : {signed_x, relu(signed_x)}) {
        const Tensor y = conv2d(x, w, {}, p), dy = numbers<float>("dy", y.shape());
        check_bound(y, conv2d(widened(x), widened(w), {}, p), 9 * layer.w[3], 0.25);
        check_bound(conv2d_input_grad(dy, w, layer.x, p),
                    conv2d_input_grad(widened(dy), widened(w), layer.x, p), 9 * layer.w[0], 0.25);
        check_bound(conv2d_filter_grad(x, dy, layer.w, p),
                    conv2d_filter_grad(widened(x), widened(dy), layer.w, p), y.numel() / layer.w[0],
                    0.25);
      }
    }
  });
}

TEST_CASE("winograd: more tiles, more columns than a block holds") {
  for (const Layer& layer :
       {Layer{{1, 66, 66, 512}, {300, 3, 3, 512}}, Layer{{3, 30, 30, 16}, {500, 3, 3, 16}}}) {
    CAPTURE(layer.x);
    REQUIRE(takes_winograd(ConvPass::Forward, layer.x, layer.w, padded(1)));
    const Tensor x = numbers<float>("x", layer.x), w = numbers<float>("w", layer.w);
    check_bound(conv2d(x, w, {}, padded(1)), conv2d(widened(x), widened(w), {}, padded(1)),
                9 * layer.w[3], 0.25);
  }
  for (const Layer& layer :
       {Layer{{1, 70, 71, 24}, {17, 3, 3, 24}}, Layer{{1, 44, 44, 4096}, {120, 3, 3, 4096}}}) {
    CAPTURE(layer.x);
    const Shape shape{1, layer.x[1], layer.x[2], layer.w[0]};
    const Tensor x = numbers<float>("x", layer.x), dy = numbers<float>("dy", shape);
    check_bound(conv2d_filter_grad(x, dy, layer.w, padded(1)),
                conv2d_filter_grad(widened(x), widened(dy), layer.w, padded(1)),
                shape[1] * shape[2], 0.25);
  }
}

TEST_CASE("winograd: an image has the same bits in every batch") {
  const Tensor w = numbers<float>("w", {70, 3, 3, 40});
  const Tensor x = numbers<float>("x", {40, 10, 10, 40});
  const Tensor all = conv2d(x, w, {}, padded(1)),
               grads = conv2d_input_grad(all, w, x.shape(), padded(1));
  for (const int64_t n : {0, 7, 39}) {
    const Tensor y = slice(all, 0, n, n + 1).clone();
    CHECK(same_bits(conv2d(slice(x, 0, n, n + 1), w, {}, padded(1)), y));
    CHECK(same_bits(conv2d_input_grad(y, w, {1, 10, 10, 40}, padded(1)),
                    slice(grads, 0, n, n + 1).clone()));
  }
}

TEST_CASE("winograd: exact numerics take the direct sum") {
  const Shape shape{1, 12, 12, 64}, filter{64, 3, 3, 64};
  const Tensor x = numbers<float>("x", shape), w = numbers<float>("w", filter);
  const auto y = [&] { return conv2d(x, w, {}, padded(1)); };
  const auto dw = [&] { return conv2d_filter_grad(x, x, filter, padded(1)); };
  const Tensor fast_y = y(), fast_dw = dw();
  REQUIRE(takes_winograd(ConvPass::Forward, shape, filter, padded(1)));
  const NumericsScope scope({.exact = true});
  CHECK(!takes_winograd(ConvPass::Forward, shape, filter, padded(1)));
  CHECK(!same_bits(y(), fast_y));
  CHECK(!same_bits(dw(), fast_dw));
  const Tensor wanted = conv2d(widened(x), widened(w), {}, padded(1));
  const auto values = wanted.values<double>();
  check_close<float>(y(), {values.begin(), values.end()}, 9 * 64);
}

TEST_CASE("winograd: chosen where it pays") {
  const auto chosen = [](const Shape& x, const Shape& w, const Conv2dParams& p) {
    return takes_winograd(ConvPass::Forward, x, w, p);
  };
  CHECK(chosen({1, 56, 56, 64}, {64, 3, 3, 64}, padded(1)));
  CHECK(chosen({1, 7, 7, 512}, {512, 3, 3, 512}, padded(1)));
  CHECK(!chosen({1, 224, 224, 3}, {64, 3, 3, 3}, padded(1)));
  CHECK(!chosen({1, 2, 2, 512}, {512, 3, 3, 512}, padded(1)));
  CHECK(!chosen({1, 56, 56, 64}, {64, 3, 3, 64}, {.stride_h = 2, .padding = symmetric_padding(1)}));
  CHECK(!chosen({1, 56, 56, 64}, {64, 3, 3, 64}, {.dilation_w = 2}));
  CHECK(!chosen({1, 56, 56, 64}, {64, 3, 3, 32}, {.groups = 2}));
  CHECK(!chosen({1, 56, 56, 64}, {64, 5, 5, 64}, padded(2)));
}

}  // namespace graft::testing
