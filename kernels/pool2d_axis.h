// Where pooling windows lie. One source for CPU and CUDA.
#pragma once

#include <algorithm>
#include <cstdint>

#include "graft/core/host_device.h"
#include "graft/core/op_params.h"
#include "graft/kernels/pixel_range.h"

namespace graft {

/// One axis of a pooling: kernel, stride and padding over `size` pixels and `windows` windows.
struct PoolAxis {
  int64_t kernel, stride, before, after, size, windows;
  bool count_padding;

  /// The part of a window that lies on the image.
  GRAFT_HD PixelRange pixels(int64_t window) const {
    const PixelRange range = padded(window);
    return {std::max<int64_t>(range.begin, 0), std::min(range.end, size)};
  }
  /// Pixels by which an average over the window divides.
  GRAFT_HD int64_t count(int64_t window) const {
    const PixelRange range = count_padding ? padded(window) : pixels(window);
    return range.end - range.begin;
  }
  /// Windows that read `pixel`.
  GRAFT_HD PixelRange covering(int64_t pixel) const {
    const int64_t first = pixel + before - kernel + 1;
    return {first <= 0 ? 0 : (first - 1) / stride + 1,
            std::min((pixel + before) / stride + 1, windows)};
  }

 private:
  GRAFT_HD PixelRange padded(int64_t window) const {
    const int64_t begin = window * stride - before;
    return {begin, std::min(begin + kernel, size + after)};
  }
};

inline PoolAxis vertical(const Pool2dParams& p, int64_t size, int64_t windows) {
  return {p.kernel_h, p.stride_h, p.padding.top, p.padding.bottom, size, windows, p.count_padding};
}
inline PoolAxis horizontal(const Pool2dParams& p, int64_t size, int64_t windows) {
  return {p.kernel_w, p.stride_w, p.padding.left, p.padding.right, size, windows, p.count_padding};
}

}  // namespace graft
