// The inner loops of batch normalisation: a block of rows and channels that fits into the cache.
#pragma once

#include <cstdint>

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

inline constexpr int64_t kMaxBlockChannels = 256;

/// `rows` rows of `channels` elements (at most kMaxBlockChannels), `stride` elements apart.
struct RowBlock {
  int64_t rows, channels, stride;
};

/// Mean and sum of squared deviations per channel.
template <SimdLevel kLevel, class T>
void block_moments(const T* x, RowBlock block, double* mean, double* m2);

/// Sums per channel of g and of g (x - mean).
template <SimdLevel kLevel, class T>
void block_grad_sums(const T* g, const T* x, const T* mean, RowBlock block, double* sum_g,
                     double* sum_gx);

/// y = act((x - mean) scale + shift + residual); the residual may be null.
template <SimdLevel kLevel, class T>
void block_apply(const T* x, const T* mean, const T* scale, const T* shift, const T* residual,
                 Activation activation, RowBlock block, T* y);

/// dx = scale (g - offset - (x - mean) slope)
template <SimdLevel kLevel, class T>
void block_input_grad(const T* g, const T* x, const T* mean, const T* scale, const T* offset,
                      const T* slope, RowBlock block, T* dx);

}  // namespace graft::cpu
