// Vector kernels of one_channel.h: rows of outputs.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Rows of outputs with `columns` columns, 2 to half of the lanes of a vector; a group is as many
/// pixels as whole columns of theirs fit into a vector. x is padded, and readable for a vector
/// beyond the last pixel that a window sees.
template <class T>
struct PaddedRows {
  const T* x;     ///< the first pixel that the first output sees
  int64_t x_row;  ///< elements from row to row
  int64_t row_taps, col_taps;
  int64_t columns, rows, out_w;
  int64_t out_row;  ///< elements from row to row of y
};

/// to[0..size-1] = zeros, but x [count] from `begin` on; `size` is a multiple of the lanes.
template <SimdLevel kLevel, class T>
void pad_row(const T* x, int64_t count, int64_t begin, int64_t size, T* to);

/// y = act(sum over the taps + bias + residual). weights [row_taps][col_taps][lanes], bias [lanes],
/// each with its columns repeated; the epilogue's own bias is not read, its residual lies like y.
template <SimdLevel kLevel, class T>
void one_channel_rows(const PaddedRows<T>& rows, const T* weights, const T* bias,
                      const Epilogue<T>& epilogue, T* y);

/// sums [row_taps][col_taps][lanes] += x dy over the groups of all rows; what lies beyond the
/// columns of a group is without meaning. `zeros`: a row of them.
template <SimdLevel kLevel, class T>
void one_channel_filter_grad_rows(const PaddedRows<T>& rows, const T* dy, const T* zeros, T* sums);

}  // namespace graft::cpu
