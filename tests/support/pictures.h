// Pictures for tests: drawn by the formulas of tests/golden/README.md, hashed, written as PNG.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graft/data/image.h"

namespace graft::testing {

/// (7h + 13w + 29c) mod 256.
data::Image pattern_image(int64_t height, int64_t width, int64_t channels);
/// The low byte of bits("resize.noise", first + i), i in [H,W,C] order.
data::Image noise_image(int64_t height, int64_t width, int64_t channels, uint64_t first = 0);

std::string sha256_of(const data::Image& image);

/// A PNG file of the picture (8 bits, grey or RGB, stored without compression).
std::vector<std::byte> png_bytes(const data::Image& image);
/// One PNG chunk with its length and checksum.
std::string png_chunk(std::string_view type, std::string_view body);
/// PNG's signature and header chunk for a picture of the given size.
std::string png_head(uint32_t height, uint32_t width, int depth, int colour_type);

}  // namespace graft::testing
