// SHA-256 (FIPS 180-4): names content in audits, manifests and cache keys.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace graft {

/// Streaming digest: update() any number of times, then hex() once.
class Sha256 {
 public:
  Sha256();
  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text) { return update(std::as_bytes(std::span(text))); }
  /// The digest as 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string hex();

 private:
  void compress(const std::byte* block);

  std::array<uint32_t, 8> state_;
  std::array<std::byte, 64> pending_;
  uint64_t length_ = 0;  // bytes so far
};

/// Digest of one block of bytes.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace graft
