// Vector kernels of depthwise.h: one row of outputs at a time.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// One row of outputs. Window rows outside of the image are left out by the caller.
template <class T>
struct DepthwiseRow {
  int64_t channels = 0;
  int64_t in_w = 0, in_pixel = 0, stride_w = 1;
  int64_t out_w = 0, out_pixel = 0;
  int64_t row_count = 0, col_count = 0;
  const T* const* rows = nullptr;     ///< first pixel of each input row
  const T* const* weights = nullptr;  ///< [cols][channels] of each of these rows
  const int64_t* cols = nullptr;      ///< window columns, ascending
};

template <SimdLevel kLevel, class T>
void depthwise_row(const DepthwiseRow<T>& row, const Epilogue<T>& epilogue, T* y);

/// sums [cols][channels] of each row += dy x, where dy is the row of outputs.
template <SimdLevel kLevel, class T>
void depthwise_filter_grad_row(const DepthwiseRow<T>& row, const T* dy, T* const* sums);

}  // namespace graft::cpu
