// The opcodes of a pickle and their operands, read in pieces and never beyond the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "graft/core/io/byte_source.h"
#include "graft/core/utf8.h"

namespace graft::transfer {

class PickleInput {
 public:
  PickleInput(ByteSource& file, uint64_t begin, uint64_t end)
      : file_(file), filled_to_(begin), end_(end) {}

  uint64_t position() const { return filled_to_ - (held_ - next_); }

  /// A little-endian integer (or other plain value) of T's size.
  template <class T>
  T read() {
    T value;
    read_bytes(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }

  std::string text(uint64_t length) {
    check(length <= end_ - position(), ErrorKind::Data, "pickle: a string of ", length,
          " bytes at byte ", position(), " runs past the end");
    std::string out(static_cast<size_t>(length), '\0');
    read_bytes(std::as_writable_bytes(std::span(out)));
    check(is_utf8(out), ErrorKind::Data, "pickle: a string before byte ", position(),
          " is not UTF-8");
    return out;
  }

  /// Up to a newline, which is eaten.
  std::string line() {
    std::string out;
    for (char c = read<char>(); c != '\n'; c = read<char>()) {
      check(out.size() < 256, ErrorKind::Data, "pickle: a name before byte ", position(),
            " is too long");
      out += c;
    }
    return out;
  }

 private:
  void read_bytes(std::span<std::byte> out) {
    check(out.size() <= end_ - position(), ErrorKind::Data, "pickle: truncated at byte ",
          position());
    while (!out.empty()) {
      if (next_ == held_) {
        held_ = static_cast<size_t>(std::min<uint64_t>(buffer_.size(), end_ - filled_to_));
        next_ = 0;
        file_.read(filled_to_, std::span(buffer_).first(held_));
        filled_to_ += held_;
      }
      const size_t taken = std::min(out.size(), held_ - next_);
      std::memcpy(out.data(), buffer_.data() + next_, taken);
      next_ += taken;
      out = out.subspan(taken);
    }
  }

  ByteSource& file_;
  uint64_t filled_to_;  // file offset behind the buffer
  const uint64_t end_;
  size_t held_ = 0, next_ = 0;
  std::array<std::byte, 16384> buffer_;
};

}  // namespace graft::transfer
