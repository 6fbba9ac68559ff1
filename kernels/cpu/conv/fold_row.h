// Vector kernel of folded.h: a row of outputs from the sums of its window columns.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// What each pixel of a row of x adds to the outputs that see it in window column 0, 1, ...
template <class T>
struct FoldRow {
  const T* sums;       ///< [pixels][taps][columns] from the first pixel that the first output sees,
                       ///< zeros for those outside; readable for a vector beyond the end
  int64_t sums_pixel;  ///< elements from pixel to pixel
  int64_t taps, columns;
  int64_t col_step;  ///< pixels from window column to window column
  int64_t out_w, out_pixel;
};

/// y = act(sum over the taps + bias + residual); the residual lies like y.
template <SimdLevel kLevel, class T>
void fold_row(const FoldRow<T>& row, const Epilogue<T>& epilogue, T* y);

}  // namespace graft::cpu
