// The program that opened the module: what it is asked for.
#pragma once

#include "graft/core/device_module.h"

namespace graft::cuda {

/// Says whom to ask; before anything else of this module is called.
void set_host(const ModuleHost& host) noexcept;

/// Name of the running operation, for error texts.
const char* current_op() noexcept;
/// graft::numerics() of the program.
Numerics numerics() noexcept;

}  // namespace graft::cuda
