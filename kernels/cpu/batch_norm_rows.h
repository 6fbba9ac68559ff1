// The inner loops of batch normalisation: a block of rows and channels that fits into the cache.
#pragma once

#include <cstdint>

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/row_block.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// What normalises the elements of x: y = act((x - mean) scale + shift), the rest one a channel.
template <class T>
struct Normalisation {
  const T* x;
  const T* mean;
  const T* scale;
  const T* shift;
  Activation activation;
};

/// y as normalised, with the residual added before the activation; that may be null.
template <SimdLevel kLevel, class T>
void block_apply(const Normalisation<T>& by, const T* residual, RowBlock block, T* y);

/// Sums per channel of h and of h (x - mean), where h = g act'(y) is the gradient before the
/// activation. y is computed as block_apply computes it, to the bit. Without an activation scale
/// and shift are not read.
template <SimdLevel kLevel, class T>
void block_grad_sums(const T* g, const Normalisation<T>& by, RowBlock block, double* sum_h,
                     double* sum_hx);

/// dx = scale (h - offset - (x - mean) slope), with h as above. Without an activation shift is not
/// read. dx may be g.
template <SimdLevel kLevel, class T>
void block_input_grad(const T* g, const Normalisation<T>& by, const T* offset, const T* slope,
                      RowBlock block, T* dx);

}  // namespace graft::cpu
