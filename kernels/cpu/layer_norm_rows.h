// The inner loops of layer normalisation: one row, or a block of rows that fits into the cache.
#pragma once

#include "graft/kernels/cpu/row_block.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Mean, and sum of squared deviations from it.
struct RowMoments {
  double mean, m2;
};

/// By the corrected two-pass algorithm (Chan, Golub and LeVeque, The American Statistician 1983):
/// the mean found first is only a centre, the deviations from it correct both. count > 0.
template <SimdLevel kLevel, class T>
RowMoments row_moments(const T* x, int64_t count);

/// A row of x and what normalises it: xhat = (x - mean) rstd.
template <class T>
struct NormalisedRow {
  const T* x;
  T mean, rstd;
};

/// y = xhat gamma + beta
template <SimdLevel kLevel, class T>
void row_apply(const NormalisedRow<T>& row, const T* gamma, const T* beta, int64_t count, T* y);

/// dx = rstd (h - mean of h - xhat * mean of h xhat), with h = g gamma.
template <SimdLevel kLevel, class T>
void row_input_grad(const T* g, const NormalisedRow<T>& row, const T* gamma, int64_t count, T* dx);

/// Sums over the rows of a block of g and of g xhat; mean and rstd have an element for each row.
template <SimdLevel kLevel, class T>
void block_parameter_grads(const T* g, const T* x, const T* mean, const T* rstd, RowBlock block,
                           double* sum_g, double* sum_gx);

}  // namespace graft::cpu
