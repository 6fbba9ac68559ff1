// A picture in memory: bytes [H,W,C], row-major, C = 3 (red, green, blue) or 1 (grey).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graft/core/size2d.h"
#include "graft/data/picture_memory.h"

namespace graft::data {

/// Owns its pixels; copying copies them. Rows follow each other without gaps.
class Image {
 public:
  /// No picture: 0 x 0.
  Image() = default;
  /// All zero (black). Error(Argument) unless the sides are not negative and C is 1 or 3;
  /// Error(OutOfMemory).
  Image(int64_t height, int64_t width, int64_t channels);
  /// The same with pixels that have no value yet, for those who write all of them.
  static Image unfilled(int64_t height, int64_t width, int64_t channels);

  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t channels() const { return channels_; }
  Size2d size() const { return {height_, width_}; }
  bool empty() const { return pixels_.empty(); }
  size_t bytes() const { return pixels_.size(); }
  int64_t row_bytes() const { return width_ * channels_; }

  uint8_t* data() { return pixels_.data(); }
  const uint8_t* data() const { return pixels_.data(); }
  uint8_t* row(int64_t y) { return data() + y * row_bytes(); }
  const uint8_t* row(int64_t y) const { return data() + y * row_bytes(); }

  friend bool operator==(const Image&, const Image&) = default;

 private:
  int64_t height_ = 0, width_ = 0, channels_ = 0;
  std::vector<uint8_t, PictureAllocator<uint8_t>> pixels_;
};

/// The luma of Rec. 601 in Pillow's 16-bit fixed point: what convert("L") gives. A grey picture is
/// returned as it is.
Image to_grey(const Image& image);

}  // namespace graft::data
