// A stretch of pixels.
#pragma once

#include <cstdint>

namespace graft {

/// Pixels begin..end-1 along one axis.
struct PixelRange {
  int64_t begin, end;
};

}  // namespace graft
