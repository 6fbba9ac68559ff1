// How many pieces of size b hold a.
#pragma once

#include <cstdint>

namespace graft::cpu {

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace graft::cpu
