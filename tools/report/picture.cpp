// Pictures as uncompressed BMP in a data URI: readable by every browser, needs no encoder.
#include <array>
#include <cstdint>
#include <sstream>

#include "graft/tools/report/html.h"

namespace graft::report {
namespace {

void append_le(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

// 24 bits a pixel, rows from the bottom up, each padded to four bytes, blue first.
std::string encode_bmp(const data::Image& image) {
  const auto width = static_cast<uint32_t>(image.width());
  const auto height = static_cast<uint32_t>(image.height());
  const uint32_t stride = (3 * width + 3) / 4 * 4;
  constexpr uint32_t kHeader = 54;
  std::string out = "BM";
  append_le(out, kHeader + stride * height, 4);
  append_le(out, 0, 4);
  append_le(out, kHeader, 4);
  append_le(out, 40, 4);  // size of the information header
  append_le(out, width, 4);
  append_le(out, height, 4);
  append_le(out, 1, 2);   // planes
  append_le(out, 24, 2);  // bits a pixel
  for (int i = 0; i < 6; ++i) append_le(out, 0, 4);
  const int64_t channels = image.channels();
  for (int64_t y = image.height() - 1; y >= 0; --y) {
    const uint8_t* const row = image.row(y);
    for (int64_t x = 0; x < image.width(); ++x)
      for (int64_t c = 2; c >= 0; --c)
        out += static_cast<char>(row[x * channels + (channels == 3 ? c : 0)]);
    out.append(stride - 3 * width, '\0');
  }
  return out;
}

// RFC 4648.
std::string base64(const std::string& bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    std::array<uint32_t, 3> byte{};
    for (size_t j = 0; j < 3 && i + j < bytes.size(); ++j)
      byte[j] = static_cast<uint8_t>(bytes[i + j]);
    const uint32_t bits = byte[0] << 16 | byte[1] << 8 | byte[2];
    for (size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? kAlphabet[bits >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

}  // namespace

std::string picture(const data::Image& image, int height, std::string_view caption) {
  std::ostringstream out;
  out << "<figure><img height=\"" << height << "\" alt=\"" << escape(caption)
      << "\" src=\"data:image/bmp;base64," << base64(encode_bmp(image)) << "\"><figcaption>"
      << escape(caption) << "</figcaption></figure>\n";
  return out.str();
}

}  // namespace graft::report
