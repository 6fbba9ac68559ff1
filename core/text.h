// Small services for words: hashing a name, listing names, suggesting the nearest known one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// FNV-1a, 64 bits (Fowler, Noll, Vo): a stable hash of a name. Goes on from the hash of what
/// stands before `text`, if there is something: fnv1a("b", fnv1a("a")) == fnv1a("ab").
constexpr uint64_t fnv1a(std::string_view text, uint64_t hash = 0xcbf29ce484222325u) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

/// The words in order with `separator` between them.
std::string join(const std::vector<std::string>& words, std::string_view separator);

/// "; did you mean 'resnet18'?" with the candidate at the smallest edit distance (Levenshtein
/// 1966), or "" if none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace graft
