// Geometry of pooling windows, shared by the pooling kernels.
#pragma once

#include <algorithm>
#include <cstdint>

namespace graft::cpu {

/// Pixels begin..end-1 along one axis.
struct PixelRange {
  int64_t begin, end;
};

/// Window `index`, which may reach into the padding before and after.
inline PixelRange padded_window(int64_t index, int64_t kernel, int64_t stride, int64_t before,
                                int64_t after, int64_t size) {
  const int64_t begin = index * stride - before;
  return {begin, std::min(begin + kernel, size + after)};
}

/// The part of a window that lies on the image.
inline PixelRange clip(PixelRange window, int64_t size) {
  return {std::max<int64_t>(window.begin, 0), std::min(window.end, size)};
}

/// Rows of work per chunk, so that a chunk touches about 32 Ki elements.
inline int64_t rows_per_chunk(int64_t elements_per_row) {
  return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, elements_per_row));
}

}  // namespace graft::cpu
