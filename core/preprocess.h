// The preprocess contract: how a picture becomes the input a network was trained on. It belongs to
// the weights and travels in their file's metadata.
#pragma once

#include <array>
#include <cstdint>

namespace graft {

enum class ResizeFilter : uint8_t { Bilinear, Bicubic };
enum class ColourOrder : uint8_t { Rgb, Bgr, Grey };

/// Resize the short side to `resize_short` (the long side truncated; 0 = no resize), centre crop to
/// crop_height x crop_width (offset rounded half to even), reorder the colours, then
/// (pixel / range - mean) / std per channel in that order.
struct Preprocess {
  int64_t resize_short = 256;
  ResizeFilter filter = ResizeFilter::Bilinear;
  int64_t crop_height = 224, crop_width = 224;
  ColourOrder colour = ColourOrder::Rgb;
  double range = 255.0;
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};

  int64_t channels() const { return colour == ColourOrder::Grey ? 1 : 3; }
  friend bool operator==(const Preprocess&, const Preprocess&) = default;
};

}  // namespace graft
