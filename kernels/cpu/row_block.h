// A part of a matrix that fits into the cache.
#pragma once

#include <cstdint>

namespace graft::cpu {

inline constexpr int64_t kMaxBlockChannels = 1024;

/// `rows` rows of `channels` elements (at most kMaxBlockChannels), `stride` elements apart.
struct RowBlock {
  int64_t rows, channels, stride;
};

}  // namespace graft::cpu
