// Elements of any type in device code: half types are storage, their arithmetic is in f32.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "graft/core/half.h"
#include "graft/kernels/convert.h"

namespace graft::cuda {

namespace detail {
template <class T>
struct Arithmetic {
  using Type = T;
};
template <>
struct Arithmetic<bfloat16> {
  using Type = float;
};
template <>
struct Arithmetic<float16> {
  using Type = float;
};
}  // namespace detail

/// What a kernel computes in: f32 for half types, else the type itself.
template <class T>
using Compute = typename detail::Arithmetic<T>::Type;

__device__ inline float widen(bfloat16 x) {
  __nv_bfloat16_raw raw;
  raw.x = x.bits;
  return __bfloat162float(raw);
}
__device__ inline float widen(float16 x) {
  __half_raw raw;
  raw.x = x.bits;
  return __half2float(raw);
}
template <class T>
__device__ T widen(T x) {
  return x;
}

/// The nearest T, ties to even.
template <class T>
__device__ T narrow(Compute<T> x) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    T y;
    y.bits = static_cast<__nv_bfloat16_raw>(__float2bfloat16_rn(x)).x;
    return y;
  } else if constexpr (std::is_same_v<T, float16>) {
    T y;
    y.bits = static_cast<__half_raw>(__float2half_rn(x)).x;
    return y;
  } else {
    return x;
  }
}

/// As convert(), in device code.
template <class To, class From>
__device__ To convert_element(From x) {
  if constexpr (is_half<To>) {
    return narrow<To>(static_cast<float>(widen(x)));
  } else {
    return convert<To>(widen(x));
  }
}

}  // namespace graft::cuda
