// Another element type.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Another element type; a gradient flows between floating types only.
Tensor cast(const Tensor& x, DType dtype);

}  // namespace graft
