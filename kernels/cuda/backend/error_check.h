// From the runtime's error codes to Error(Device).
#pragma once

#include <cuda_runtime.h>

namespace graft::cuda {

/// Error(Device) "op: cudaXxx: what the runtime says" unless `error` is cudaSuccess. After an error
/// that leaves the device unusable for this process (a kernel that read a bad address), the first
/// message tells so, and every later one names the first.
void cuda_check(cudaError_t error, const char* call);

}  // namespace graft::cuda
