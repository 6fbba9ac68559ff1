// Softmax of a few rows, shared by softmax and cross entropy; stable against overflow by
// subtracting a row's largest element.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// largest + log_sum is log sum exp(x) of a row; log_sum is NaN if an element is.
struct RowSum {
  double largest, log_sum;
};

/// Nanoseconds of an element, for parallel_rows() and parallel_row_groups().
inline constexpr int64_t kExpCost = 8;

/// Rows that are worked on side by side: a short one is a chain of dependent instructions.
inline constexpr int kSoftmaxRows = 8;

/// y = softmax(x) of at most kSoftmaxRows rows of `width` > 0 elements, without gaps; x and y may
/// be the same, and `sums` null. The exponentials are added in f64, in 16 interleaved sums.
template <SimdLevel kLevel>
void softmax_rows(const float* x, float* y, int rows, int64_t width, RowSum* sums);
template <SimdLevel kLevel>
void softmax_rows(const double* x, double* y, int rows, int64_t width, RowSum* sums);

/// y = factor (x - shift), elementwise.
template <SimdLevel kLevel, class T>
void shift_and_scale(const T* x, T shift, T factor, T* y, int64_t count);

}  // namespace graft::cpu
