// Pooling, counted as PyTorch counts.
#include <algorithm>
#include <limits>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

int64_t windows(int64_t size, int64_t before, int64_t after, int64_t kernel, int64_t stride,
                bool ceil_mode) {
  const int64_t span = size + before + after - kernel;
  int64_t count = span / stride + 1;
  // The extra window of ceil mode must start inside the image or the padding before it.
  if (ceil_mode && span % stride != 0 && count * stride < size + before) ++count;
  return count;
}

Shape pooled_shape(const Shape& x, const Pool2dParams& p) {
  return {x[0], windows(x[1], p.padding.top, p.padding.bottom, p.kernel_h, p.stride_h, p.ceil_mode),
          windows(x[2], p.padding.left, p.padding.right, p.kernel_w, p.stride_w, p.ceil_mode),
          x[3]};
}

struct Window {
  int64_t h0, h1, w0, w1;  // clipped to the image
  double padded_area;      // clipped to the padded image
};

Window window_at(const Shape& x, const Pool2dParams& p, int64_t oh, int64_t ow) {
  const int64_t h0 = oh * p.stride_h - p.padding.top, w0 = ow * p.stride_w - p.padding.left;
  const int64_t h1 = std::min(h0 + p.kernel_h, x[1] + p.padding.bottom);
  const int64_t w1 = std::min(w0 + p.kernel_w, x[2] + p.padding.right);
  return {std::max<int64_t>(h0, 0), std::min(h1, x[1]), std::max<int64_t>(w0, 0),
          std::min(w1, x[2]), static_cast<double>((h1 - h0) * (w1 - w0))};
}

double divisor(const Window& window, const Pool2dParams& p) {
  const auto inside = static_cast<double>((window.h1 - window.h0) * (window.w1 - window.w0));
  return p.count_padding ? window.padded_area : inside;
}

// Calls f(output index, input index of the output's image, window) over each window's pixels.
template <class Function>
void for_each_pixel(const Shape& x, const Shape& y, const Pool2dParams& p, const Function& f) {
  for_each_index(y, [&](const Shape& at) {
    const Window window = window_at(x, p, at[1], at[2]);
    for (int64_t h = window.h0; h < window.h1; ++h)
      for (int64_t w = window.w0; w < window.w1; ++w) f(at, h, w, window);
  });
}

Array max_pool2d_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<Pool2dParams>(params);
  Array y(pooled_shape(x[0].shape, p), -std::numeric_limits<double>::infinity());
  for_each_pixel(x[0].shape, y.shape, p, [&](const Shape& o, int64_t h, int64_t w, const Window&) {
    double& top = y(o[0], o[1], o[2], o[3]);
    top = std::max(top, x[0](o[0], h, w, o[3]));
  });
  return y;
}

Array avg_pool2d_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<Pool2dParams>(params);
  Array y(pooled_shape(x[0].shape, p));
  for_each_pixel(x[0].shape, y.shape, p,
                 [&](const Shape& o, int64_t h, int64_t w, const Window& window) {
                   y(o[0], o[1], o[2], o[3]) += x[0](o[0], h, w, o[3]) / divisor(window, p);
                 });
  return y;
}

Array avg_pool2d_grad_loop(const Arrays& x, const OpParams& params) {
  const auto& p = std::get<PoolGradParams>(params);
  Array dx(p.shape);
  for_each_pixel(p.shape, x[0].shape, p.pool,
                 [&](const Shape& o, int64_t h, int64_t w, const Window& window) {
                   dx(o[0], h, w, o[3]) += x[0](o[0], o[1], o[2], o[3]) / divisor(window, p.pool);
                 });
  return dx;
}

Array global_avg_pool2d_loop(const Arrays& x, const OpParams&) {
  const Shape& s = x[0].shape;
  Array y(Shape{s[0], s[3]});
  for_each_index(s, [&](const Shape& at) {
    y(at[0], at[3]) += x[0](at[0], at[1], at[2], at[3]) / static_cast<double>(s[1] * s[2]);
  });
  return y;
}

Array gather_loop(const Arrays& x, const OpParams&) {
  Array y(x[1].shape);
  for_each_index(y.shape, [&](const Shape& at) {
    const auto pixel = static_cast<int64_t>(x[1](at[0], at[1], at[2], at[3]));
    y(at[0], at[1], at[2], at[3]) = x[0](at[0], pixel / x[0].dim(2), pixel % x[0].dim(2), at[3]);
  });
  return y;
}

Array scatter_loop(const Arrays& x, const OpParams& params) {
  Array dx(std::get<ShapeParams>(params).shape);
  for_each_index(x[0].shape, [&](const Shape& at) {
    const auto pixel = static_cast<int64_t>(x[1](at[0], at[1], at[2], at[3]));
    dx(at[0], pixel / dx.dim(2), pixel % dx.dim(2), at[3]) += x[0](at[0], at[1], at[2], at[3]);
  });
  return dx;
}

int64_t window_terms(const std::vector<Shape>&, const Shape&, const OpParams& params) {
  const auto* grad = std::get_if<PoolGradParams>(&params);
  const Pool2dParams& p = grad ? grad->pool : std::get<Pool2dParams>(params);
  return p.kernel_h * p.kernel_w;
}

}  // namespace

std::vector<Reference> pool2d_references() {
  return {
      {"max_pool2d", max_pool2d_loop, window_terms},
      {"max_pool2d_gather", gather_loop},
      {"max_pool2d_scatter", scatter_loop},
      {"avg_pool2d", avg_pool2d_loop, window_terms, Rounding::OfTerms},
      {"avg_pool2d_grad", avg_pool2d_grad_loop, window_terms, Rounding::OfTerms},
      {"global_avg_pool2d", global_avg_pool2d_loop, reduced_terms, Rounding::OfTerms},
  };
}

}  // namespace graft::testing
