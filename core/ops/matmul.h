// Products of matrices.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// op(a) op(b): [M,K] x [K,N] -> [M,N], or with a batch axis in front of each. op transposes the
/// last two axes where the flag says so. Both gradients are products, so every order exists.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);

/// act(x w^T + bias) over the last axis: x [...,K], weight [N,K], bias [N] or none -> [...,N].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              Activation activation = Activation::None);

}  // namespace graft
