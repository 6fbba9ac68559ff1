// The one place that knows both layouts: NHWC and OHWI in memory, PyTorch's OIHW in weight files.
// Both directions are views; copying one is exact to the bit.
#pragma once

#include "graft/core/named_tensor.h"

namespace graft::transfer {

/// The shape that `tensor` has in a weight file.
Shape file_shape(const NamedTensor& tensor);

/// A view of a tensor of the model with the axes of a weight file.
Tensor as_in_file(const NamedTensor& tensor);

/// A view of a tensor of a weight file with the axes of memory. For Layout::Filter it has rank 4.
Tensor as_in_memory(const Tensor& from_file, Layout layout);

}  // namespace graft::transfer
