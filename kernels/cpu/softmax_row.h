// The softmax of one row, shared by softmax and cross entropy; stable against overflow by
// subtracting the largest element.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Nanoseconds of an element, for parallel_rows().
inline constexpr int64_t kExpCost = 8;

/// largest + log_sum is log sum exp(x); log_sum is NaN if an element is.
struct RowSum {
  double largest, log_sum;
};

/// y = softmax(x); x and y may be the same, and count > 0. The exponentials are added in f64, in 16
/// interleaved sums.
template <SimdLevel kLevel>
RowSum softmax_row(const float* x, float* y, int64_t count);
template <SimdLevel kLevel>
RowSum softmax_row(const double* x, double* y, int64_t count);

}  // namespace graft::cpu
