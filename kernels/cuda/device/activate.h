// max(x, 0) and its clipped form, where a result is still in a register.
#pragma once

#include <cuda_runtime.h>

#include "graft/core/op_params.h"

namespace graft::cuda {

/// NaN stays NaN.
template <class Number>
__device__ Number activate(Number value, Activation activation) {
  if (activation == Activation::None) return value;
  const Number positive = value < Number(0) ? Number(0) : value;
  return activation == Activation::Relu6 && positive > Number(6) ? Number(6) : positive;
}

}  // namespace graft::cuda
