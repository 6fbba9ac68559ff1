// Random access to the bytes of an input. Readers of file formats work on this, so that they run on
// files, which they read in pieces straight to where the bytes belong, and on memory alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "graft/core/error.h"

namespace graft {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;

  /// Fills `out` from `offset` on. Error(Data) if that is beyond size(), Error(Io) if the bytes
  /// cannot be had (the file was cut after it was opened).
  void read(uint64_t offset, std::span<std::byte> out) {
    check(offset <= size() && out.size() <= size() - offset, ErrorKind::Data, "read: ", out.size(),
          " bytes at ", offset, " are beyond the end of the file, ", size());
    fetch(offset, out);
  }

 private:
  virtual void fetch(uint64_t offset, std::span<std::byte> out) = 0;
};

/// Memory that the caller keeps alive.
class SpanSource final : public ByteSource {
 public:
  explicit SpanSource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }

 private:
  void fetch(uint64_t offset, std::span<std::byte> out) override {
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  }

  std::span<const std::byte> bytes_;
};

}  // namespace graft
