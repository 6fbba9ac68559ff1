// How many pieces of size b hold a.
#pragma once

#include <cstdint>

#include "graft/core/host_device.h"

namespace graft {

/// a / b rounded up, for a >= 0 and b > 0.
GRAFT_HD constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace graft
