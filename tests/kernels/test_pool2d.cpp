#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "graft/core/ops.h"
#include "kernels/simd_levels.h"

namespace graft::testing {
namespace {

// Few different values, so that windows have several maxima, and here and there NaN.
Tensor with_ties(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = i * 7 % 31 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                : static_cast<float>(i * i % 11 / 2) - 3;
  return Tensor::from(values, shape);
}

// The element of each window that max_pool2d takes, windows side by side.
std::vector<int64_t> chosen(const Tensor& x, const Shape& y, const Pool2dParams& p) {
  const auto in = x.values<float>();
  std::vector<int64_t> all;
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t oh = 0; oh < y[1]; ++oh)
      for (int64_t ow = 0; ow < y[2]; ++ow)
        for (int64_t c = 0; c < y[3]; ++c) {
          int64_t best = -1;
          for (int64_t h = oh * p.kernel_h; h < (oh + 1) * p.kernel_h; ++h)
            for (int64_t w = ow * p.kernel_w; w < (ow + 1) * p.kernel_w; ++w) {
              const int64_t at = ((n * x.dim(1) + h) * x.dim(2) + w) * y[3] + c;
              const float value = in[static_cast<size_t>(at)];
              if (best < 0 || std::isnan(value) || value > in[static_cast<size_t>(best)]) best = at;
            }
          all.push_back(best);
        }
  return all;
}

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_windows(const Shape& shape, const Pool2dParams& p) {
  CAPTURE(shape);
  CAPTURE(p.kernel_h);
  Tensor x = with_ties(shape);
  x.set_requires_grad(true);
  const Tensor y = max_pool2d(x, p);
  const Tensor g = numbers<float>("g", y.shape());
  backward(y, g);
  const auto from = chosen(x, y.shape(), p);
  std::vector<float> gradient(static_cast<size_t>(x.numel()), 0.0f);
  bool values_agree = true, gradients_agree = true;
  for (size_t i = 0; i < from.size(); ++i) {
    const auto at = static_cast<size_t>(from[i]);
    values_agree &= same(y.values<float>()[i], x.values<float>()[at]);
    gradient[at] = g.values<float>()[i];
  }
  const auto found = x.grad().values<float>();
  for (size_t i = 0; i < gradient.size(); ++i) gradients_agree &= same(found[i], gradient[i]);
  CHECK(values_agree);
  CHECK(gradients_agree);
}

}  // namespace

TEST_CASE("max_pool2d: windows of two columns side by side, at every channel count and level") {
  at_every_simd_level([] {
    for (int64_t channels = 1; channels <= 17; ++channels)
      for (const int64_t kernel_h : {1, 2, 3})
        for (const int64_t width : {2, 3, 8, 29})
          check_windows({2, 7, width, channels},
                        {.kernel_h = kernel_h, .kernel_w = 2, .stride_h = kernel_h, .stride_w = 2});
  });
}

}  // namespace graft::testing
