// The inner loops of the optimizer steps, over `count` elements in place.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"
#include "graft/kernels/optim_coefficients.h"

namespace graft::cpu {

/// v may be null: then the step is w -= lr g'.
template <SimdLevel kLevel, class T>
void sgd_run(T* w, const T* g, T* v, int64_t count, const SgdCoefficients<T>& k);

template <SimdLevel kLevel, class T>
void adam_run(T* w, const T* g, T* m, T* v, int64_t count, const AdamCoefficients<T>& k);

/// Sum of squares in f64, over sixteen interleaved sums: the same split at every level.
template <SimdLevel kLevel, class T>
double sum_squares_run(const T* x, int64_t count);

}  // namespace graft::cpu
