// The size of a chunk of elementwise work.
#pragma once

#include <cstdint>

namespace graft::cpu {

/// Elements per parallel chunk where an element costs about a nanosecond; below it a kernel runs
/// on the calling thread alone.
inline constexpr int64_t kElementGrain = 32768;

}  // namespace graft::cpu
