#include "graft/core/random.h"

#include <cmath>
#include <numbers>

namespace graft {

uint32_t RandomStream::next_u32() {
  if (position_ % 4 == 0) block_ = philox(key_, position_ / 4);
  return block_.lane[position_++ % 4];
}

float RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - static_cast<double>(uniform())));
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(uniform());
  return static_cast<float>(radius * std::cos(angle));
}

uint32_t RandomStream::below(uint32_t n) {
  uint64_t product = uint64_t{next_u32()} * n;
  if (static_cast<uint32_t>(product) < n) {
    const uint32_t threshold = (0u - n) % n;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{next_u32()} * n;
  }
  return static_cast<uint32_t>(product >> 32);
}

}  // namespace graft
