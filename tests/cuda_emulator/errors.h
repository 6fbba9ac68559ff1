// Which error the emulated device is in.
#pragma once

#include "cuda_emulator/runtime_api.h"

namespace graft::emulator {

/// Keeps `error` for cudaGetLastError() and returns it.
cudaError_t result(cudaError_t error);
/// What break_device() asked for: a function that works on the device returns it instead.
cudaError_t device_error();

}  // namespace graft::emulator
