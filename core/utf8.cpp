#include "graft/core/utf8.h"

namespace graft {

size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);  // the ranges are table 3-7 of the Unicode standard
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool second = tail(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    return second && tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool second = tail(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

namespace {

// C0, DEL and C1 (two bytes) of the character of `length` bytes at text[at].
bool is_control(std::string_view text, size_t at, size_t length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (length == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  return length == 2 && byte(0) == 0xc2 && byte(1) < 0xa0;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kPlain = "\\\t\n\r", kLetters = "\\tnr", kHex = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  out += '\\';
  if (const size_t known = kPlain.find(c); known != std::string_view::npos) {
    out += kLetters[known];
    return;
  }
  out += 'x';
  out += kHex[value >> 4];
  out += kHex[value & 15];
}

}  // namespace

std::string printable(std::string_view text, size_t limit) {
  std::string joined;
  if (text.size() > limit) {
    joined.append(text.substr(0, limit / 2)).append("...");
    text = joined.append(text.substr(text.size() - limit / 2));
  }
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    if (length == 0 || (is_control(text, i, length) && text[i] != '\n'))
      out += '?';
    else
      out.append(text.substr(i, length));
    i += length == 0 ? 1 : length;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i), bytes = length == 0 ? 1 : length;
    const std::string_view character = text.substr(i, bytes);
    if (length == 0 || is_control(text, i, length) || character == "\\")
      for (const char c : character) append_escaped(out, c);
    else
      out.append(character);
    i += bytes;
  }
  return out;
}

}  // namespace graft
