// Softmax and its logarithm along the last axis; both keep their result for backward.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

Tensor softmax(const Tensor& x);
Tensor log_softmax(const Tensor& x);

}  // namespace graft
