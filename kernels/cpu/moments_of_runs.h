// Vector kernels of moments.h: mean and sum of squared deviations (m2) of channels, in f64.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Pixels that follow one another in memory.
template <class T>
struct PixelRun {
  const T* first;
  int64_t pixels;  ///< at least one
};

/// Of each of `channels` channels, over the pixels of all runs, `stride` elements from pixel to
/// pixel. At least one run.
template <SimdLevel kLevel, class T>
void moments_of_runs(const PixelRun<T>* runs, int64_t count, int64_t stride, int64_t channels,
                     double* mean, double* m2);

/// Those of `done` pixels become those of the union with `more` others, whose moments are given.
template <SimdLevel kLevel>
void merge_moments(const double* more_mean, const double* more_m2, int64_t more, int64_t done,
                   int64_t channels, double* mean, double* m2);

}  // namespace graft::cpu
