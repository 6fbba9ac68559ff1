// The activation of an epilogue, on vectors. Only for *_simd.cpp files.
#pragma once

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

/// NaN stays NaN.
template <class T>
[[gnu::always_inline]] inline Vec<T> activate(Vec<T> v, Activation activation) {
  if (activation != Activation::None) v = v < Vec<T>{} ? Vec<T>{} : v;
  if (activation == Activation::Relu6) v = v > splat(T(6)) ? splat(T(6)) : v;
  return v;
}

}  // namespace
}  // namespace graft::cpu
