#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "graft/core/ops.h"
#include "support/tensors.h"
#include "support/thread_count.h"

namespace graft {
namespace {

Pool2dParams window(int64_t kernel, int64_t stride, int64_t padding = 0, bool ceil_mode = false) {
  Pool2dParams p;
  p.kernel_h = p.kernel_w = kernel;
  p.stride_h = p.stride_w = stride;
  p.padding = symmetric_padding(padding);
  p.ceil_mode = ceil_mode;
  return p;
}

Tensor ramp(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1013) - 300.0f;
  return Tensor::from(values, shape);
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("pool2d: windows are counted as PyTorch counts them") {
  CHECK(pooled_extent(112, 3, 2, 1, 1, false) == 56);
  // SqueezeNet 1.1 at 224: every pool is 3x3, stride 2, ceil mode.
  CHECK(pooled_extent(113, 3, 2, 0, 0, true) == 56);
  CHECK(pooled_extent(56, 3, 2, 0, 0, true) == 28);
  CHECK(pooled_extent(28, 3, 2, 0, 0, true) == 14);
  CHECK(pooled_extent(56, 3, 2, 0, 0, false) == 27);
  // The last window would start in the padding after the image.
  CHECK(pooled_extent(3, 2, 2, 1, 1, true) == 2);
  CHECK(pooled_extent(5, 2, 3, 1, 1, true) == 2);
  CHECK(pooled_extent(6, 2, 3, 1, 1, true) == 3);
  CHECK(pooled_extent(2, 3, 1, 0, 0, false) == 0);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  CHECK(pooled_extent(5, 2, kMost, 0, 0, true) == 1);
  CHECK(pooled_extent(5, kMost - 1, 1, kMost / 2, kMost / 2, false) == 6);
}

TEST_CASE("max_pool2d: SqueezeNet's chain of extents") {
  Tensor x = Tensor::zeros({1, 113, 113, 2});
  for (const int64_t side : {56, 28, 14}) {
    x = max_pool2d(x, window(3, 2, 0, true));
    CHECK(x.shape() == Shape{1, side, side, 2});
  }
}

TEST_CASE("max_pool2d: values, padding and the gradient at the first maximum") {
  // 1 2 3
  // 3 3 0    two channels, the second negated
  // 0 1 3
  const std::vector<float> image{1, 2, 3, 3, 3, 0, 0, 1, 3};
  std::vector<float> values;
  for (const float v : image) values.insert(values.end(), {v, -v});
  Tensor x = Tensor::from(values, {1, 3, 3, 2});
  x.set_requires_grad(true);
  const Tensor y = max_pool2d(x, window(2, 1));
  CHECK(testing::values_of(y) == std::vector<float>{3, -1, 3, 0, 3, 0, 3, 0});
  backward(y, Tensor::from(std::vector<float>{1, 1, 2, 2, 4, 4, 8, 8}, {1, 2, 2, 2}));
  // Of equal maxima the first in reading order takes all.
  CHECK(testing::values_of(x.grad()) ==
        std::vector<float>{0, 1, 0, 0, 2, 0, 5, 0, 8, 0, 0, 10, 0, 4, 0, 0, 0, 0});

  const Tensor padded = max_pool2d(Tensor::full({1, 2, 2, 1}, -5), window(3, 2, 1));
  CHECK(testing::values_of(padded) == std::vector<float>{-5});
}

TEST_CASE("max_pool2d: NaN wins, and an infinite image keeps its index") {
  Tensor x = Tensor::from(std::vector<float>{1, kNaN, 7, 2}, {1, 2, 2, 1});
  x.set_requires_grad(true);
  const Tensor y = max_pool2d(x, window(2, 2));
  CHECK(std::isnan(y.values<float>()[0]));
  backward(y, Tensor::full({1, 1, 1, 1}, 1));
  CHECK(testing::values_of(x.grad()) == std::vector<float>{0, 1, 0, 0});

  Tensor low = Tensor::full({1, 2, 2, 1}, -INFINITY);
  low.set_requires_grad(true);
  backward(max_pool2d(low, window(2, 2)), Tensor::full({1, 1, 1, 1}, 1));
  CHECK(testing::values_of(low.grad()) == std::vector<float>{1, 0, 0, 0});
}

TEST_CASE("max_pool2d: every channel count agrees with the definition") {
  for (const int64_t channels : {1, 3, 8, 16, 17, 35, 64, 70}) {
    const Tensor x = ramp({2, 7, 6, channels});
    const Tensor y = max_pool2d(x, window(3, 2, 1));
    REQUIRE(y.shape() == Shape{2, 4, 3, channels});
    const auto in = x.values<float>();
    const auto out = y.values<float>();
    size_t i = 0;
    bool equal = true;
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t oh = 0; oh < 4; ++oh)
        for (int64_t ow = 0; ow < 3; ++ow)
          for (int64_t c = 0; c < channels; ++c) {
            float best = -INFINITY;
            for (int64_t h = std::max<int64_t>(0, 2 * oh - 1); h < std::min<int64_t>(7, 2 * oh + 2);
                 ++h)
              for (int64_t w = std::max<int64_t>(0, 2 * ow - 1);
                   w < std::min<int64_t>(6, 2 * ow + 2); ++w)
                best =
                    std::max(best, in[static_cast<size_t>(((n * 7 + h) * 6 + w) * channels + c)]);
            equal = equal && out[i++] == best;
          }
    CHECK_MESSAGE(equal, "channels ", channels);
  }
}

TEST_CASE("max_pool2d: an index from elsewhere is refused, not followed") {
  const Tensor x = Tensor::zeros({1, 2, 2, 1});
  const Tensor index = Tensor::from(std::vector<int32_t>{4}, {1, 1, 1, 1});
  CHECK_THROWS_WITH_AS(max_pool2d_gather(x, index),
                       "max_pool2d_gather: index 4 is outside of an image of 4 pixels", Error);
  CHECK_THROWS_WITH_AS(max_pool2d_scatter(Tensor::zeros({1, 1, 1, 1}), index, {1, 2, 2, 1}),
                       "max_pool2d_scatter: index 4 is outside of an image of 4 pixels", Error);
  const Tensor negative = Tensor::from(std::vector<int32_t>{3, -1}, {1, 1, 1, 2});
  CHECK_THROWS_WITH_AS(max_pool2d_scatter(Tensor::zeros({1, 1, 1, 2}), negative, {1, 2, 2, 2}),
                       "max_pool2d_scatter: index -1 is outside of an image of 4 pixels", Error);
}

TEST_CASE("max_pool2d_scatter: a gradient that its windows do not have is refused") {
  const Tensor g = Tensor::zeros({1, 8, 8, 1});
  const Tensor index = Tensor::from(std::vector<int32_t>(64), {1, 8, 8, 1});
  CHECK_THROWS_WITH_AS(
      max_pool2d_scatter(g, index, {1, 8, 8, 1}, window(2, 2)),
      "max_pool2d_scatter: images [1, 8, 8, 1] have windows [1, 4, 4, 1], not [1, 8, 8, 1]", Error);
  CHECK_THROWS_WITH_AS(max_pool2d_scatter(g, index, {1, 8, 8, 1}, window(9, 9)),
                       "max_pool2d_scatter: kernel 9x9 does not fit into images [1, 8, 8, 1]",
                       Error);
  CHECK(max_pool2d_scatter(g, index, {1, 16, 16, 1}, window(2, 2)).shape() == Shape{1, 16, 16, 1});
}

TEST_CASE("avg_pool2d: what a window divides by") {
  const Tensor x = Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 3, 3, 1});
  CHECK(testing::values_of(avg_pool2d(x, window(2, 1))) == std::vector<float>{3, 4, 6, 7});
  // torch.nn.functional.avg_pool2d(x, 3, 2, 1): the corner divides by 9, padding counted.
  CHECK(testing::values_of(avg_pool2d(x, window(3, 2, 1))) ==
        std::vector<float>{12.0f / 9, 16.0f / 9, 24.0f / 9, 28.0f / 9});
  Pool2dParams p = window(3, 2, 1);
  p.count_padding = false;
  CHECK(testing::values_of(avg_pool2d(x, p)) == std::vector<float>{3, 4, 6, 7});
  // Ceil mode: the part of a window beyond the padded image never counts.
  CHECK(testing::values_of(avg_pool2d(x, window(2, 2, 0, true))) ==
        std::vector<float>{3, 4.5f, 7.5f, 9});
}

TEST_CASE("avg_pool2d: the gradient is the adjoint, for overlapping and clipped windows") {
  for (const bool ceil_mode : {false, true}) {
    for (const bool count_padding : {false, true}) {
      Pool2dParams p = window(3, 2, 1, ceil_mode);
      p.kernel_w = 4;
      p.padding.right = 2;
      p.count_padding = count_padding;
      const Tensor x = ramp({2, 6, 7, 5});
      const Tensor y = avg_pool2d(x, p);
      const Tensor g = add(mul(ramp(y.shape()), 0.25), 1.0);
      const double forward = sum(mul(y, g)).item();
      const double backward = sum(mul(x, avg_pool2d_grad(g, x.shape(), p))).item();
      CHECK(forward == doctest::Approx(backward).epsilon(1e-5));
    }
  }
}

TEST_CASE("global_avg_pool2d: mean over the image, exact to f32 for large ones") {
  const Tensor small =
      global_avg_pool2d(Tensor::from(std::vector<float>{1, 10, 2, 20, 3, 30, 4, 40}, {1, 2, 2, 2}));
  CHECK(small.shape() == Shape{1, 2});
  CHECK(testing::values_of(small) == std::vector<float>{2.5f, 25});
  const Tensor x = add(mul(ramp({1, 112, 112, 3}), 1e-4), 1.0);
  const auto values = x.values<float>();
  double exact[3] = {};
  for (size_t i = 0; i < values.size(); ++i) exact[i % 3] += static_cast<double>(values[i]);
  const auto mean = global_avg_pool2d(x);
  for (size_t c = 0; c < 3; ++c)
    CHECK(static_cast<double>(mean.values<float>()[c]) ==
          doctest::Approx(exact[c] / (112 * 112)).epsilon(2e-7));
}

TEST_CASE("pool2d: strided and empty images, and any number of threads") {
  const Tensor x = ramp({5, 9, 4, 3});
  const Tensor swapped = transpose(x, 1, 2);
  const Pool2dParams p = window(3, 2, 1);
  CHECK(testing::values_of(max_pool2d(swapped, p)) ==
        testing::values_of(max_pool2d(contiguous(swapped), p)));
  CHECK(testing::values_of(avg_pool2d(swapped, p)) ==
        testing::values_of(avg_pool2d(contiguous(swapped), p)));
  CHECK(max_pool2d(Tensor::zeros({0, 4, 4, 3}), p).shape() == Shape{0, 2, 2, 3});
  CHECK(avg_pool2d(Tensor::zeros({2, 4, 4, 0}), p).shape() == Shape{2, 2, 2, 0});

  const auto gradient = [&](int threads) {
    const testing::ThreadCount scope(threads);
    Tensor in = ramp({3, 30, 30, 70}).set_requires_grad(true);
    backward(sum(square(add(max_pool2d(in, p), avg_pool2d(in, p)))));
    return testing::values_of(in.grad());
  };
  CHECK(gradient(1) == gradient(3));
}

TEST_CASE("pool2d: errors name the numbers") {
  const Tensor x = Tensor::zeros({1, 4, 4, 3});
  CHECK_THROWS_WITH_AS(max_pool2d(x, window(5, 1)),
                       "max_pool2d: kernel 5x5 does not fit into images [1, 4, 4, 3]", Error);
  CHECK_THROWS_WITH_AS(
      max_pool2d(x, window(2, 2, 2)),
      "max_pool2d: padding must be 0 to half of the kernel: kernel 2x2 padding 2 2 2 2", Error);
  CHECK_THROWS_WITH_AS(avg_pool2d(x, window(2, 0)),
                       "avg_pool2d: kernel and stride must be positive: kernel 2x2 stride 0x0",
                       Error);
  CHECK_THROWS_WITH_AS(avg_pool2d(Tensor::zeros({4, 3}), window(2, 2)),
                       "avg_pool2d: needs images [N,H,W,C], not [4, 3]", Error);
  CHECK_THROWS_WITH_AS(max_pool2d(Tensor::zeros({1, 2, 2, 1}, DType::I64), window(2, 2)),
                       "max_pool2d: needs f32 or f64, not i64", Error);
}

}  // namespace graft
