// Stands where the Toolkit's header of this name stands: the part of the CUDA runtime that Graft's
// kernels and backend use, on the host. docs: cuda_emulator/README.md.
#pragma once

#include "cuda_emulator/device_code.h"
#include "cuda_emulator/launch.h"
#include "cuda_emulator/runtime_api.h"
