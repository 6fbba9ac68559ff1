// How pooling is cut into chunks.
#pragma once

#include <algorithm>
#include <cstdint>

#include "graft/kernels/cpu/element_grain.h"

namespace graft::cpu {

/// Rows of work a chunk, so that a chunk touches about kElementGrain elements.
inline int64_t rows_per_chunk(int64_t elements_per_row) {
  return std::max<int64_t>(1, kElementGrain / std::max<int64_t>(1, elements_per_row));
}

}  // namespace graft::cpu
