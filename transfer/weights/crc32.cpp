#include "graft/transfer/weights/crc32.h"

#include <array>
#include <bit>
#include <cstring>

namespace graft::transfer {
namespace {

// Row k advances a byte by k further zero bytes, so that eight bytes go in one step
// ("slicing-by-8", Kounavis and Berry 2008).
constexpr auto kTables = [] {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k)
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  return tables;
}();

static_assert(std::endian::native == std::endian::little);

}  // namespace

uint32_t crc32(std::span<const std::byte> bytes, uint32_t seed) {
  uint32_t crc = ~seed;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][word >> (8 * i) & 0xff];
  }
  for (const std::byte b : bytes)
    crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<uint32_t>(b)) & 0xff];
  return ~crc;
}

}  // namespace graft::transfer
