// Elementwise functions of one tensor, f32 or f64. Each line of unary.def is a function here, with
// first and second derivative: exp(x), relu(x), sigmoid(x), ...
#pragma once

#include "graft/core/elementwise.h"
#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

#define UNARY(name, functor, keeps) Tensor name(const Tensor& x);
#include "graft/core/ops/unary.def"
#undef UNARY

/// An activation by name; `None` gives x itself. The gradient reads the result y of activate().
Tensor activate(const Tensor& x, Activation activation);
Tensor activate_grad(const Tensor& g, const Tensor& y, Activation activation);

Tensor unary(UnaryKind kind, const Tensor& x);
/// g f'(k) and g f''(k), where k is the x or y that f's derivative reads. Both are ops themselves,
/// so that gradients of gradients exist; a third derivative is an Error(Autograd).
Tensor unary_grad(UnaryKind kind, const Tensor& g, const Tensor& k);
Tensor unary_grad2(UnaryKind kind, const Tensor& g, const Tensor& k);

}  // namespace graft
