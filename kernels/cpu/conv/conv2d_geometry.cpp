#include "graft/kernels/cpu/conv/conv2d_geometry.h"

#include "graft/core/ceil_div.h"

namespace graft::cpu {
namespace {

// Pixels begin, begin + stride, ... of an axis of dx: their window on dy.
struct Axis {
  int64_t count = 0;
  std::vector<int64_t> offsets, taps;
};

Axis gradient_axis(int64_t begin, int64_t extent, int64_t kernel, int64_t stride, int64_t dilation,
                   int64_t padding) {
  Axis axis;
  axis.count = extent > begin ? ceil_div(extent - begin, stride) : 0;
  for (int64_t tap = kernel - 1; tap >= 0; --tap) {
    const int64_t distance = begin + padding - tap * dilation;
    if (distance % stride != 0) continue;
    axis.offsets.push_back(distance / stride);
    axis.taps.push_back(tap);
  }
  return axis;
}

}  // namespace

bool evenly_spaced(const std::vector<int64_t>& window) {
  for (size_t j = 2; j < window.size(); ++j)
    if (window[j] - window[j - 1] != window[1] - window[0]) return false;
  return true;
}

Correlation forward_correlation(const Shape& x, const Shape& filter, const Shape& y,
                                const Conv2dParams& params) {
  Correlation c;
  c.images = x[0];
  c.in_h = x[1], c.in_w = x[2];
  c.out_h = y[1], c.out_w = y[2];
  c.groups = params.groups;
  c.channels = filter[3];
  c.columns = filter[0] / params.groups;
  c.stride_h = params.stride_h, c.stride_w = params.stride_w;
  c.rows.clear(), c.cols.clear();
  for (int64_t i = 0; i < filter[1]; ++i)
    c.rows.push_back(i * params.dilation_h - params.padding.top);
  for (int64_t j = 0; j < filter[2]; ++j)
    c.cols.push_back(j * params.dilation_w - params.padding.left);
  c.in = dense_strides(x);
  c.out = dense_strides(y);
  return c;
}

std::vector<GradientPhase> input_grad_phases(const Shape& dx, const Shape& filter, const Shape& dy,
                                             const Conv2dParams& params) {
  std::vector<GradientPhase> phases;
  const ImageStrides dense = dense_strides(dx);
  for (int64_t row = 0; row < params.stride_h; ++row) {
    const Axis h = gradient_axis(row, dx[1], filter[1], params.stride_h, params.dilation_h,
                                 params.padding.top);
    for (int64_t col = 0; col < params.stride_w; ++col) {
      const Axis w = gradient_axis(col, dx[2], filter[2], params.stride_w, params.dilation_w,
                                   params.padding.left);
      if (h.count == 0 || w.count == 0) continue;
      GradientPhase phase;
      phase.row = row, phase.col = col;
      phase.taps_h = h.taps, phase.taps_w = w.taps;
      Correlation& c = phase.correlation;
      c.images = dy[0];
      c.in_h = dy[1], c.in_w = dy[2];
      c.out_h = h.count, c.out_w = w.count;
      c.groups = params.groups;
      c.channels = filter[0] / params.groups;
      c.columns = filter[3];
      c.rows = h.offsets, c.cols = w.offsets;
      c.in = dense_strides(dy);
      c.out = {dense.image, dense.row * params.stride_h, dense.pixel * params.stride_w};
      phases.push_back(std::move(phase));
    }
  }
  return phases;
}

}  // namespace graft::cpu
