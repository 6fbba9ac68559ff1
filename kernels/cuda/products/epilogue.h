// What happens to a sum before it is stored.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "graft/core/op_params.h"
#include "graft/kernels/cuda/device/activate.h"
#include "graft/kernels/cuda/device/convert.h"

namespace graft::cuda {

/// y[row, column] = act(sum + bias[column] + residual[row, column]), row-major in matrices of
/// `batch_stride` elements; bias and residual may be null.
template <class T>
struct EpilogueStore {
  T* y;
  int64_t row_stride, batch_stride;
  const T* bias = nullptr;
  const T* residual = nullptr;
  Activation activation = Activation::None;
  int64_t bias_batch_stride = 0;

  template <class Sum>
  __device__ void operator()(int64_t batch, int64_t row, int64_t column, Sum sum) const {
    const int64_t at = batch * batch_stride + row * row_stride + column;
    if (residual) sum += widen(residual[at]);
    if (bias) sum += widen(bias[batch * bias_batch_stride + column]);
    y[at] = narrow<T>(activate(sum, activation));
  }
};

}  // namespace graft::cuda
