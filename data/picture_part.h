// A part of a picture: what a decoder gives to those who do not read the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "graft/core/size2d.h"
#include "graft/data/image.h"

namespace graft::data {

/// Part of a picture; top and left may be negative where a function says so.
struct Box {
  int64_t top = 0, left = 0, height = 0, width = 0;
  friend bool operator==(const Box&, const Box&) = default;

  /// Not empty and within a picture of this size.
  bool is_part_of(const Size2d& picture) const {
    return top >= 0 && left >= 0 && height > 0 && width > 0 && height <= picture.height &&
           width <= picture.width && top <= picture.height - height &&
           left <= picture.width - width;
  }
};

struct PicturePart {
  PicturePart() = default;
  /// The whole of a picture. Implicit: where a part will do, so does the whole.
  PicturePart(Image picture) : whole(picture.size()), pixels(std::move(picture)) {}
  PicturePart(const Size2d& of, int64_t from_top, int64_t from_left, Image part)
      : whole(of), top(from_top), left(from_left), pixels(std::move(part)) {}

  bool holds(const Box& box) const {
    return Box{box.top - top, box.left - left, box.height, box.width}.is_part_of(pixels.size());
  }

  Size2d whole;               ///< of the picture
  int64_t top = 0, left = 0;  ///< where in it the pixels begin
  Image pixels;
};

/// Which part of a picture of this size will be read; Box::is_part_of() it.
using ChoosePart = std::function<Box(const Size2d& picture)>;

inline Box whole_picture(const Size2d& picture) { return {0, 0, picture.height, picture.width}; }

}  // namespace graft::data
