#include "graft/tools/demo/drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "graft/core/random.h"
#include "graft/data/in_memory.h"

namespace graft::demo {
namespace {

using Colour = std::array<float, 3>;

Colour random_colour(RandomStream& random, float low, float high) {
  return {random.uniform(low, high), random.uniform(low, high), random.uniform(low, high)};
}

// A colour a little away, for the other end of a shaded background.
Colour near(const Colour& colour, RandomStream& random) {
  Colour out = colour;
  for (float& part : out) part = std::clamp(part + random.uniform(-0.2f, 0.2f), 0.0f, 1.0f);
  return out;
}

// Where a shape sits in the picture, in pixels.
struct Placement {
  float centre_x, centre_y, size, turn, stretch;

  static Placement draw(RandomStream& random, float smallest, float largest) {
    constexpr float kSide = kPictureSide;
    const float size = kSide * random.uniform(smallest, largest);
    const float room = kSide / 2 - 0.8f * size;
    return {kSide / 2 + random.uniform(-room, room), kSide / 2 + random.uniform(-room, room), size,
            random.uniform(-0.5f, 0.5f), random.uniform(0.8f, 1.25f)};
  }

  Point to_frame(float x, float y) const {
    const float dx = (x - centre_x) / size, dy = (y - centre_y) / size;
    const float c = std::cos(turn), s = std::sin(turn);
    return {(c * dx + s * dy) * stretch, (c * dy - s * dx) / stretch};
  }
};

// Colours of a picture in the making, before rounding to bytes.
class Canvas {
 public:
  Canvas(const Colour& top, const Colour& bottom) {
    for (int y = 0; y < kPictureSide; ++y)
      for (int x = 0; x < kPictureSide; ++x)
        blend(x, y, mix(top, bottom, static_cast<float>(y) / kPictureSide), 1.0f);
  }

  // Paints where the distance is negative, with an edge one pixel soft.
  void paint(const ShapeClass& shape, const Placement& placement, const Colour& colour,
             float opacity) {
    for (int y = 0; y < kPictureSide; ++y) {
      for (int x = 0; x < kPictureSide; ++x) {
        const Point p =
            placement.to_frame(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
        const float cover = std::clamp(0.5f - shape.distance(p) * placement.size, 0.0f, 1.0f);
        blend(x, y, colour, cover * opacity);
      }
    }
  }

  data::Image finish(RandomStream& random, float noise) const {
    data::Image image(kPictureSide, kPictureSide, 3);
    for (size_t i = 0; i < pixels_.size(); ++i)
      for (size_t c = 0; c < 3; ++c) {
        const float value = std::clamp(pixels_[i][c] + noise * random.normal(), 0.0f, 1.0f);
        image.data()[3 * i + c] = static_cast<uint8_t>(std::lround(255.0f * value));
      }
    return image;
  }

 private:
  static Colour mix(const Colour& a, const Colour& b, float t) {
    return {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])};
  }
  void blend(int x, int y, const Colour& colour, float cover) {
    Colour& pixel = pixels_[static_cast<size_t>(y * kPictureSide + x)];
    pixel = mix(pixel, colour, cover);
  }

  std::array<Colour, kPictureSide * kPictureSide> pixels_{};
};

constexpr ShapeClass kSpeck{"speck", [](Point p) { return std::hypot(p.x, p.y) - 0.8f; }};

data::Image draw_picture(const ShapeClass& shape, RandomStream random) {
  const Colour top = random_colour(random, 0.5f, 1.0f), bottom = near(top, random);
  Canvas canvas(top, bottom);
  const uint32_t distractors = random.below(3);
  for (uint32_t i = 0; i < distractors; ++i)
    canvas.paint(kSpeck, Placement::draw(random, 0.04f, 0.09f), random_colour(random, 0.0f, 1.0f),
                 0.8f);
  const Colour ink = random_colour(random, 0.0f, 0.4f);
  canvas.paint(shape, Placement::draw(random, 0.32f, 0.44f), ink, 1.0f);
  return canvas.finish(random, 0.03f);
}

}  // namespace

data::DatasetPtr draw_dataset(std::span<const ShapeClass> shapes, int per_class, uint64_t seed) {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  std::vector<std::string> names;
  for (const ShapeClass& shape : shapes) names.emplace_back(shape.name);
  for (int i = 0; i < per_class; ++i) {
    for (size_t c = 0; c < shapes.size(); ++c) {
      const uint64_t sample = static_cast<uint64_t>(i) * shapes.size() + c;
      images.push_back(draw_picture(shapes[c], RandomStream({seed, Purpose::Draw, 0, sample})));
      labels.push_back(static_cast<int64_t>(c));
    }
  }
  return std::make_shared<data::InMemory>("drawn", std::move(images), std::move(labels),
                                          std::move(names));
}

}  // namespace graft::demo
