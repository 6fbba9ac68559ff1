// Another device.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// `x` itself if it is there, else a contiguous copy on `device`; the gradient comes back.
Tensor to_device(const Tensor& x, Device device);

}  // namespace graft
