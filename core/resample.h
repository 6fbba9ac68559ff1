// Resizing along one axis, antialiased and in fixed point, so that the bytes are those of Pillow's
// Image.resize, on CPU and GPU. The order of operations is Pillow's; with another, or with a
// product and a sum in one instruction, weights differ in the last bit.
#pragma once

#include <cmath>
#include <cstdint>

#include "graft/core/host_device.h"
#include "graft/core/preprocess.h"

namespace graft {

/// A weight of 1 is 1 << kWeightBits.
inline constexpr int kWeightBits = 32 - 8 - 2;

/// Rounds a fixed-point sum to a byte, clamped.
GRAFT_HD inline uint8_t round_to_byte(int32_t sum) {
  const int32_t value = (sum + (1 << (kWeightBits - 1))) >> kWeightBits;
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

/// How `in` positions become `out`.
class ResampleAxis {
 public:
  /// Positions of the source, next to each other.
  struct Taps {
    int64_t first, count;
  };

  GRAFT_HD ResampleAxis(int64_t in, int64_t out, ResizeFilter filter)
      : in_(in),
        filter_(filter),
        scale_(static_cast<double>(in) / static_cast<double>(out)),
        filter_scale_(scale_ > 1.0 ? scale_ : 1.0),
        support_((filter == ResizeFilter::Bicubic ? 2.0 : 1.0) * filter_scale_) {}

  /// What position i of the result reads.
  GRAFT_HD Taps taps(int64_t i) const {
    const auto first = static_cast<int64_t>(centre(i) - support_ + 0.5);
    const auto end = static_cast<int64_t>(centre(i) + support_ + 0.5);
    const int64_t begin = first > 0 ? first : 0;
    return {begin, (end < in_ ? end : in_) - begin};
  }

  /// At least the count of taps(i) at any position; grows with `in`.
  GRAFT_HD int64_t most_taps() const { return static_cast<int64_t>(std::ceil(support_)) * 2 + 1; }

  /// The weights of taps(i), in fixed point.
  GRAFT_HD void weigh(int64_t i, int32_t* weights) const {
    const auto [first, count] = taps(i);
    const double middle = centre(i), inverse = 1.0 / filter_scale_;
    const auto weight_of = [&](int64_t k) {
      return value((static_cast<double>(k + first) - middle + 0.5) * inverse);
    };
    double total = 0.0;
    for (int64_t k = 0; k < count; ++k) total += weight_of(k);
    for (int64_t k = 0; k < count; ++k) {
      double weight = weight_of(k);
      if (total != 0.0) weight /= total;
      weights[k] = static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kWeightBits));
    }
  }

 private:
  GRAFT_HD double centre(int64_t i) const { return (static_cast<double>(i) + 0.5) * scale_; }

  /// The triangle, or Keys, "Cubic convolution interpolation", 1981, with a = -1/2, written as
  /// Pillow writes it.
  GRAFT_HD double value(double x) const {
    x = std::fabs(x);
    if (filter_ == ResizeFilter::Bilinear) return x < 1.0 ? 1.0 - x : 0.0;
    constexpr double a = -0.5;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
  }

  int64_t in_;
  ResizeFilter filter_;
  double scale_, filter_scale_, support_;
};

}  // namespace graft
