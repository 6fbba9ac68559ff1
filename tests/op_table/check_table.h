// Every row of the op table with all its cases, as assertions of the running test.
#pragma once

#include "graft/core/device.h"

namespace graft::testing {

/// An op that runs on the CPU alone, for want of a kernel, counts as skipped, by name.
/// GRAFT_OPS="conv2d linear" in the environment checks only these.
void check_table(Device device);

}  // namespace graft::testing
