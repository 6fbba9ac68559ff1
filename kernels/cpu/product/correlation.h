// Correlation of images with a window: the form that convolution, its input gradient and, with a
// window of one pixel, the product of matrices all take.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/product/epilogue.h"

namespace graft::cpu {

/// Distances in elements between neighbours.
struct ImageStrides {
  int64_t image = 0, row = 0, pixel = 0;
};

/// y[n,p,q] = sum over window rows i and columns j of x[n, p stride_h + rows[i], q stride_w +
/// cols[j]] B[i,j], where pixels outside of x are zero. Within a group, x[...] is a vector of
/// `channels` and y[...] one of `columns`.
struct Correlation {
  int64_t images = 1, in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  int64_t channels = 0, columns = 0;
  int64_t groups = 1;  ///< groups follow one another within a pixel of x and of y
  int64_t stride_h = 1, stride_w = 1;
  std::vector<int64_t> rows{0}, cols{0};  ///< ascending
  ImageStrides in, out;

  /// Length of the reduction.
  int64_t depth() const {
    return static_cast<int64_t>(rows.size()) * static_cast<int64_t>(cols.size()) * channels;
  }
  int64_t outputs() const { return images * out_h * out_w; }
  /// True if no window reaches beyond the image.
  bool inside() const;
};

/// Has a window's axis no gaps?
inline bool consecutive(const std::vector<int64_t>& window) {
  return window.back() - window.front() + 1 == static_cast<int64_t>(window.size());
}

/// The whole of it as one long row, if the window is one pixel and the memory allows: then a tile
/// may span rows and images.
Correlation collapsed(const Correlation& c);

/// Bias: [groups][columns]. `packed`: per group, depth() x columns in the order (i, j, channel),
/// packed as in pack.h.
template <class T>
void correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* packed,
               const Epilogue<T>& epilogue, T* y);

}  // namespace graft::cpu
