// The device "cuda:0" of the program graft_tests_emulated.
#pragma once

#include "graft/core/device.h"

namespace graft::testing {

/// Installs the module's backend and kernels, as opening the module would, on first call.
Device emulated_device();

}  // namespace graft::testing
