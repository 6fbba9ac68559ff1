#include "graft/data/augment.h"

#include <cmath>

namespace graft::data {
namespace {

int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

}  // namespace

const char* to_string(Augment::Kind kind) noexcept {
  switch (kind) {
    case Augment::Kind::None:
      return "none";
    case Augment::Kind::Flip:
      return "flip";
    case Augment::Kind::RandomResizedCrop:
      return "resized-crop";
    case Augment::Kind::PadCrop:
      return "pad-crop";
  }
  return "unknown";
}

Box random_resized_crop(const Size2d& picture, const Augment& augment, RandomStream& random) {
  const auto height = static_cast<double>(picture.height);
  const auto width = static_cast<double>(picture.width);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random.uniform());
  };
  constexpr int kDraws = 10;
  for (int draw = 0; draw < kDraws; ++draw) {
    const double area = height * width * between(augment.min_area, augment.max_area);
    const double aspect =
        std::exp(between(std::log(augment.min_aspect), std::log(augment.max_aspect)));
    const int64_t w = rounded(std::sqrt(area * aspect)), h = rounded(std::sqrt(area / aspect));
    if (w <= 0 || h <= 0 || w > picture.width || h > picture.height) continue;
    const auto top = random.below(static_cast<uint32_t>(picture.height - h + 1));
    const auto left = random.below(static_cast<uint32_t>(picture.width - w + 1));
    return {top, left, h, w};
  }
  int64_t h = picture.height, w = picture.width;
  if (width / height < augment.min_aspect) h = std::min(h, rounded(width / augment.min_aspect));
  if (width / height > augment.max_aspect) w = std::min(w, rounded(height * augment.max_aspect));
  return {(picture.height - h) / 2, (picture.width - w) / 2, h, w};
}

}  // namespace graft::data
