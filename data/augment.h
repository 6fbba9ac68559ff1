// Random variation of training pictures. What happens to a sample depends on its random key alone,
// so it does not matter which worker draws it or when.
#pragma once

#include <cstdint>

#include "graft/core/random.h"
#include "graft/data/resize.h"

namespace graft::data {

struct Augment {
  enum class Kind : uint8_t {
    None,
    Flip,               ///< left to right, every second picture
    RandomResizedCrop,  ///< a part of random area and aspect, resized to the crop; and Flip
    PadCrop,            ///< the centre crop moved by up to `padding`, black outside; and Flip
  };
  Kind kind = Kind::None;
  double min_area = 0.08, max_area = 1.0;  ///< RandomResizedCrop: share of the picture
  double min_aspect = 3.0 / 4.0, max_aspect = 4.0 / 3.0;  ///< width / height
  int64_t padding = 4;                                    ///< PadCrop: pixels, each way

  bool random() const { return kind != Kind::None; }
  friend bool operator==(const Augment&, const Augment&) = default;
};

/// "none", "flip", "resized-crop", "pad-crop".
const char* to_string(Augment::Kind kind) noexcept;

/// The part that torchvision's RandomResizedCrop would take: ten draws of area and log-aspect, then
/// the largest centred part whose aspect is allowed.
Box random_resized_crop(const Size2d& picture, const Augment& augment, RandomStream& random);

}  // namespace graft::data
