// Values that tests and tests/golden share without a file: see tests/golden/README.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graft/core/text.h"

namespace graft::testing {

/// SplitMix64 (Steele, Lea and Flood 2014) at position `index` of the stream named `name`.
inline uint64_t formula_bits(const std::string& name, uint64_t index) {
  uint64_t z = (fnv1a(name) & 0xffffffffu) * (uint64_t{1} << 32) + index + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// In [-1, 1), exact in f32.
inline float formula_unit(const std::string& name, uint64_t index) {
  return 2.0f * (static_cast<float>(formula_bits(name, index) >> 40) * 0x1p-24f) - 1.0f;
}

inline int64_t formula_position(const std::string& name, uint64_t index, int64_t n) {
  return static_cast<int64_t>(formula_bits(name, index) % static_cast<uint64_t>(n));
}

inline std::vector<float> formula_units(const std::string& name, int64_t n) {
  std::vector<float> values(static_cast<size_t>(n));
  for (size_t i = 0; i < values.size(); ++i) values[i] = formula_unit(name, i);
  return values;
}

}  // namespace graft::testing
