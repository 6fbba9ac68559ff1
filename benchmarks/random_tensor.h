// Operands without a pattern that arithmetic could profit from.
#pragma once

#include "graft/core/tensor.h"

namespace graft::bench {

/// Numbers in [0.1, 1) on `device`. They are drawn for the first element of axis 0 alone, which the
/// others repeat: drawing gigabytes would take longer than what is timed.
Tensor random_tensor(const Shape& shape, DType dtype, Device device);

}  // namespace graft::bench
