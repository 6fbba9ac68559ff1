// Height and width: of a picture, a window, a step.
#pragma once

#include <cstdint>
#include <ostream>

namespace graft {

struct Size2d {
  int64_t height = 0, width = 0;
  friend bool operator==(const Size2d&, const Size2d&) = default;
  /// "3x5".
  friend std::ostream& operator<<(std::ostream& out, const Size2d& size) {
    return out << size.height << 'x' << size.width;
  }
};

}  // namespace graft
