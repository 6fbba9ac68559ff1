// Copies of elements between devices.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Overwrites the elements of `target` with those of `source`, which has the same shape and is on
/// another device; dtypes may differ. Queued on the device that is not the CPU; returns once the
/// CPU side may be read or reused. Not recorded, no version is bumped: Tensor::copy_() is for
/// users.
void copy_between_devices(const Tensor& source, const Tensor& target);

}  // namespace graft
