// Vector kernels of one_channel.h: rows of outputs.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Rows of outputs with `columns` columns, at most half of the lanes of a vector; a group is as
/// many pixels as whole columns of theirs fit into a vector. x is repeated: each pixel `columns`
/// times, readable for a vector beyond the last that a window sees.
template <class T>
struct RepeatedRows {
  const T* x;     ///< the first pixel that the first output sees
  int64_t x_row;  ///< elements from row to row
  int64_t row_taps, col_taps;
  int64_t columns, rows, out_w;
  int64_t out_row;  ///< elements from row to row of y
};

/// to[i] for i in 0..pixels * columns - 1 = each of the pixels `columns` times; writes up to a
/// vector beyond.
template <SimdLevel kLevel, class T>
void repeat_pixels(const T* x, int64_t x_pixel, int64_t pixels, int64_t columns, T* to);

/// y = act(sum over the taps + bias + residual). weights [row_taps][col_taps][lanes], bias [lanes],
/// each repeated as x; the epilogue's own bias is not read, its residual lies like y.
template <SimdLevel kLevel, class T>
void one_channel_rows(const RepeatedRows<T>& rows, const T* weights, const T* bias,
                      const Epilogue<T>& epilogue, T* y);

/// sums [row_taps][col_taps][lanes] += x dy over the groups of all rows; what lies beyond the
/// columns of a group is without meaning. `zeros`: a row of them.
template <SimdLevel kLevel, class T>
void one_channel_filter_grad_rows(const RepeatedRows<T>& rows, const T* dy, const T* zeros,
                                  T* sums);

}  // namespace graft::cpu
