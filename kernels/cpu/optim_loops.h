// The inner loops of the optimizer steps, over `count` elements in place.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Coefficients of one SGD step: g' = g + decay w; v = keep v + take g';
/// w -= lr (ahead g' + along v).
template <class T>
struct SgdCoefficients {
  T lr, decay, keep, take, ahead, along;
};

/// v may be null: then the step is w -= lr g'.
template <SimdLevel kLevel, class T>
void sgd_run(T* w, const T* g, T* v, int64_t count, const SgdCoefficients<T>& k);

/// Coefficients of one Adam step: g' = g + decay w; m += take1 (g' - m); v = beta2 v + take2 g'^2;
/// w = keep w - rate m / (sqrt(v) / root + eps).
template <class T>
struct AdamCoefficients {
  T decay, take1, beta2, take2, keep, rate, root, eps;
};

template <SimdLevel kLevel, class T>
void adam_run(T* w, const T* g, T* m, T* v, int64_t count, const AdamCoefficients<T>& k);

/// Sum of squares in f64, over sixteen interleaved sums: the same split at every level.
template <SimdLevel kLevel, class T>
double sum_squares_run(const T* x, int64_t count);

}  // namespace graft::cpu
