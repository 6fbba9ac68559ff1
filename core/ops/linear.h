// A dense layer.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// act(x w^T + bias) over the last axis: x [...,K], weight [N,K], bias [N] or none -> [...,N].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              Activation activation = Activation::None);

}  // namespace graft
