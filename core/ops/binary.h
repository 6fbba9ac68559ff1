// Elementwise functions of two tensors, which broadcast by NumPy's rule. Both f32 or both f64.
#pragma once

#include "graft/core/elementwise.h"
#include "graft/core/tensor.h"

namespace graft {

/// add, sub, mul, div, maximum, minimum; greater and equal give 1 or 0 and have no gradient. At a
/// tie maximum and minimum send half of the gradient to each side.
#define BINARY(name, functor) Tensor name(const Tensor& a, const Tensor& b);
#include "graft/core/ops/binary.def"
#undef BINARY

Tensor binary(BinaryKind kind, const Tensor& a, const Tensor& b);

/// a + b and a b with a number for every element.
Tensor add(const Tensor& a, double b);
Tensor mul(const Tensor& a, double b);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator+(const Tensor& a, double b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, double b) { return add(a, -b); }
inline Tensor operator*(const Tensor& a, double b) { return mul(a, b); }
inline Tensor operator*(double a, const Tensor& b) { return mul(b, a); }
inline Tensor operator/(const Tensor& a, double b) { return mul(a, 1.0 / b); }

}  // namespace graft
