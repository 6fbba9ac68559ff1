// The inner loops of pooling: one window of an image, all channels. `x` points at pixel (0, 0).
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"
#include "graft/kernels/pixel_range.h"

namespace graft::cpu {

/// A non-empty part of an image that is `width` pixels wide.
struct ImageWindow {
  PixelRange rows, columns;
  int64_t width;
};

/// Maximum per channel, and (unless null) the pixel h * width + w of the first one. A NaN replaces
/// every maximum, as in PyTorch.
template <SimdLevel kLevel, class T>
void window_max(const T* x, int64_t channels, ImageWindow window, T* y, int32_t* index);

/// Sum per channel, divided by `count`. Rows are summed first, then their sums, so that the error
/// grows with the sides of a large window and not with its area.
template <SimdLevel kLevel, class T>
void window_mean(const T* x, int64_t channels, ImageWindow window, T count, T* y);

/// y += x / count per channel.
template <SimdLevel kLevel, class T>
void add_share(const T* x, int64_t channels, T count, T* y);

}  // namespace graft::cpu
