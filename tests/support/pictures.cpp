#include "support/pictures.h"

#include <span>

#include "graft/core/io/sha256.h"
#include "support/formula.h"

namespace graft::testing {
namespace {

std::string big_endian_32(uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

uint32_t crc32(std::string_view text) {
  uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

// zlib's container around stored blocks.
std::string stored_zlib(std::string_view text) {
  std::string out = "\x78\x01";
  uint32_t a = 1, b = 0;
  for (const char c : text) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  do {
    const std::string_view block = text.substr(0, 65535);
    text.remove_prefix(block.size());
    const auto length = static_cast<uint16_t>(block.size());
    out += text.empty() ? '\1' : '\0';
    for (const int value : {length & 0xff, length >> 8, ~length & 0xff, ~length >> 8 & 0xff})
      out += static_cast<char>(value);
    out += block;
  } while (!text.empty());
  return out + big_endian_32(b << 16 | a);
}

}  // namespace

data::Image pattern_image(int64_t height, int64_t width, int64_t channels) {
  data::Image image(height, width, channels);
  uint8_t* pixel = image.data();
  for (int64_t h = 0; h < height; ++h)
    for (int64_t w = 0; w < width; ++w)
      for (int64_t c = 0; c < channels; ++c)
        *pixel++ = static_cast<uint8_t>((7 * h + 13 * w + 29 * c) % 256);
  return image;
}

data::Image noise_image(int64_t height, int64_t width, int64_t channels, uint64_t first) {
  data::Image image(height, width, channels);
  for (size_t i = 0; i < image.bytes(); ++i)
    image.data()[i] = static_cast<uint8_t>(formula_bits("resize.noise", first + i) & 0xff);
  return image;
}

std::string sha256_of(const data::Image& image) {
  return sha256_hex(std::as_bytes(std::span(image.data(), image.bytes())));
}

std::string png_chunk(std::string_view type, std::string_view body) {
  const std::string checked = std::string(type) + std::string(body);
  return big_endian_32(static_cast<uint32_t>(body.size())) + checked +
         big_endian_32(crc32(checked));
}

std::string png_head(uint32_t height, uint32_t width, int depth, int colour_type) {
  std::string body = big_endian_32(width) + big_endian_32(height);
  for (const int value : {depth, colour_type, 0, 0, 0}) body += static_cast<char>(value);
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", body);
}

std::vector<std::byte> png_bytes(const data::Image& image) {
  std::string rows;
  for (int64_t y = 0; y < image.height(); ++y) {
    rows += '\0';  // no row filter
    rows.append(reinterpret_cast<const char*>(image.row(y)),
                static_cast<size_t>(image.row_bytes()));
  }
  const std::string file =
      png_head(static_cast<uint32_t>(image.height()), static_cast<uint32_t>(image.width()), 8,
               image.channels() == 3 ? 2 : 0) +
      png_chunk("IDAT", stored_zlib(rows)) + png_chunk("IEND", "");
  const auto* begin = reinterpret_cast<const std::byte*>(file.data());
  return {begin, begin + file.size()};
}

}  // namespace graft::testing
