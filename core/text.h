// Small services for words: hashing a name, suggesting the nearest known one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// FNV-1a, 64 bits (Fowler, Noll, Vo): a stable hash of a name.
constexpr uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

/// "; did you mean 'resnet18'?" with the candidate at the smallest edit distance (Levenshtein
/// 1966), or "" if none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace graft
