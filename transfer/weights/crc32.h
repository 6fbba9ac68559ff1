// CRC-32 as zip and PNG use it (ISO 3309, polynomial 0xEDB88320 reflected).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace graft::transfer {

/// The checksum of `bytes`; `seed` is the checksum of what came before them.
uint32_t crc32(std::span<const std::byte> bytes, uint32_t seed = 0);

}  // namespace graft::transfer
