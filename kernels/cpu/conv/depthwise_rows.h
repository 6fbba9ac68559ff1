// Vector kernels of depthwise.h: some rows of outputs of one image.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

template <class T>
struct DepthwiseRows {
  int64_t channels = 0;
  int64_t in_w = 0, in_pixel = 0, stride_w = 1;
  int64_t rows = 0, out_row = 0, out_w = 0, out_pixel = 0;
  int64_t row_taps = 0, col_taps = 0;
  const T* const* x = nullptr;  ///< [rows][row_taps]: first pixel, or null outside of the image
  const T* weights = nullptr;   ///< [row_taps][col_taps][channels]; unused by the filter gradient
  int64_t first_col = 0, col_step = 1;  ///< of the window, in pixels
};

/// Of these two, f64 exists at the baseline level alone: it serves gradient checks, and many levels
/// of many forms would be a tenth of a program.
template <SimdLevel kLevel, class T>
void depthwise_rows(const DepthwiseRows<T>& of, const Epilogue<T>& epilogue, T* y);

/// sums [row_taps][col_taps][channels] += dy x, where dy is the rows of outputs.
template <SimdLevel kLevel, class T>
void depthwise_filter_grad_rows(const DepthwiseRows<T>& of, const T* dy, T* sums);

}  // namespace graft::cpu
