// Products of matrices.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// op(a) op(b): [M,K] x [K,N] -> [M,N], or with a batch axis in front of each. op transposes the
/// last two axes where the flag says so. Both gradients are products, so every order exists.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);

}  // namespace graft
