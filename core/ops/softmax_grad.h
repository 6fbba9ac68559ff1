// Backward of softmax, which cross entropy shares.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// y (g - <g, y>) along the last axis, where y is a softmax: one fused kernel, or ops while a graph
/// of the gradient is recorded.
Tensor softmax_grad(const Tensor& g, const Tensor& y);

}  // namespace graft
