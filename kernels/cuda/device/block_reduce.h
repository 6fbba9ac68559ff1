// One value from all threads of a block, in an order that is a function of the block alone: bits
// repeat.
#pragma once

#include <cuda_runtime.h>

namespace graft::cuda {

struct SumOf {
  template <class T>
  __device__ static T combine(T a, T b) {
    return a + b;
  }
};

/// NaN if one of the values is.
struct MaxOf {
  template <class T>
  __device__ static T combine(T a, T b) {
    return a > b || a != a ? a : b;
  }
};

/// Over the warp; every lane gets it.
template <class Combine, class T>
__device__ T warp_reduce(T value) {
  for (int step = 16; step > 0; step /= 2)
    value = Combine::combine(value, __shfl_xor_sync(0xffffffffu, value, step));
  return value;
}

/// Over the kThreads threads of a block of one dimension, all of which call it; every thread gets
/// it. May be called again at once.
template <int kThreads, class Combine, class T>
__device__ T block_reduce(T value) {
  static_assert(kThreads % 32 == 0 && kThreads <= 1024);
  __shared__ T of_warp[kThreads / 32];
  value = warp_reduce<Combine>(value);
  __syncthreads();  // a call before this one may still be reading
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();
  value = of_warp[0];
  for (int warp = 1; warp < kThreads / 32; ++warp) value = Combine::combine(value, of_warp[warp]);
  return value;
}

}  // namespace graft::cuda
