// The inner loops of pooling, all channels of an image at once. `x` points at pixel (0, 0).
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

/// A row of windows, the first of which begins at column `first`; what lies outside of the image's
/// `width` columns does not count.
struct WindowRow {
  PixelRange rows;
  int64_t first, stride, kernel, windows, width;
};

/// y [windows][channels] = maximum per window and channel, and (unless null) the pixel
/// h * width + w of the first one. A NaN replaces every maximum, as in PyTorch.
template <SimdLevel kLevel, class T>
void window_maxima(const T* x, int64_t channels, const WindowRow& row, T* y, int32_t* index);

/// The pixels of a row of windows that lie inside of the image and share none: y[pixel][c] =
/// g[window][c] where the window's index is the pixel, else 0. What follows these pixels in their
/// rows of y may be overwritten.
template <SimdLevel kLevel, class T>
void place_maxima(const T* g, const int32_t* index, int64_t channels, const WindowRow& row, T* y);

/// y[index[window][c]][c] += g[window][c] for channels first..end-1 of all windows, in their order.
/// Returns an index outside of y's pixels, if there is one, and then adds nothing; else null.
template <SimdLevel kLevel, class T>
const int32_t* scatter_add(const T* g, const int32_t* index, int64_t windows, int64_t channels,
                           int64_t first, int64_t end, int64_t pixels, T* y);

/// Sum per channel, divided by `count`. Rows are summed first, then their sums, so that the error
/// grows with the sides of a large window and not with its area.
template <SimdLevel kLevel, class T>
void window_mean(const T* x, int64_t channels, ImageWindow window, T count, T* y);

/// y += x / count per channel.
template <SimdLevel kLevel, class T>
void add_share(const T* x, int64_t channels, T count, T* y);

}  // namespace graft::cpu
