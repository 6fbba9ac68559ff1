// The activation of an epilogue, on vectors. Only for *_simd.cpp files.
#pragma once

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

/// Every activation is a pair of bounds, infinite where there is none, so that a loop over results
/// has no branch. NaN stays NaN.
template <class T>
struct Clamp {
  Vec<T> low, high;

  explicit Clamp(Activation activation)
      : low(splat(activation == Activation::None ? -static_cast<T>(__builtin_inf()) : T(0))),
        high(splat(activation == Activation::Relu6 ? T(6) : static_cast<T>(__builtin_inf()))) {}
  [[gnu::always_inline]] Vec<T> operator()(Vec<T> v) const {
    return at_most<T>(high, at_least<T>(low, v));
  }
};

}  // namespace
}  // namespace graft::cpu
