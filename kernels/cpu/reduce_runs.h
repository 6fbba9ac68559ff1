// The inner loops of reduce, one compiled for each instruction set.
//
// Sums are made of short blocks in T, whose results are added in f64: the rounding error of an f32
// sum stays at that of one block, however many elements. A NaN stays in a maximum.
#pragma once

#include <cstdint>

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

inline constexpr int64_t kReduceColumns = 256;  ///< most columns of a call of `rows`

template <class T>
struct ReduceRuns {
  /// total combined with x[i * step], i in 0..count-1.
  double (*elements)(double total, const T* x, int64_t step, int64_t count);
  /// total[c] combined with x[r * row_step + c * column_step], r in 0..rows-1, c in 0..columns-1.
  void (*rows)(double* total, const T* x, int64_t row_step, int64_t rows, int64_t column_step,
               int64_t columns);
  /// total[c] combined with other[c]: two results of the same columns.
  void (*merge)(double* total, const double* other, int64_t columns);
  double identity;
};

template <SimdLevel kLevel, class T>
ReduceRuns<T> reduce_runs(ReduceKind kind);

}  // namespace graft::cpu
