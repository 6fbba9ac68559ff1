#include "graft/data/transforms.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "graft/core/error.h"

namespace graft::data {
namespace {

int64_t centre_offset(int64_t extent, int64_t crop) {
  const int64_t space = extent - crop;
  if (space < 0) return -(-space / 2);
  return space % 4 == 3 ? (space + 1) / 2 : space / 2;  // half to even
}

Box intersection(const Box& box, const Size2d& size) {
  const int64_t top = std::max<int64_t>(box.top, 0), left = std::max<int64_t>(box.left, 0);
  return {top, left, std::min(box.top + box.height, size.height) - top,
          std::min(box.left + box.width, size.width) - left};
}

// Puts `part` into a black picture at (top, left).
Image on_black(const Image& part, int64_t top, int64_t left, int64_t height, int64_t width) {
  Image out(height, width, part.channels());
  for (int64_t y = 0; y < part.height(); ++y)
    std::memcpy(out.row(top + y) + left * out.channels(), part.row(y),
                static_cast<size_t>(part.row_bytes()));
  return out;
}

// `window` of a picture of this size, whose inside `cut` gives; black outside.
template <class Cut>
Image black_outside(const Size2d& size, const Box& window, int64_t channels, const Cut& cut) {
  const Box seen = intersection(window, size);
  if (seen.height <= 0 || seen.width <= 0) return Image(window.height, window.width, channels);
  Image part = cut(seen);
  if (seen == window) return part;
  return on_black(part, seen.top - window.top, seen.left - window.left, window.height,
                  window.width);
}

// What prepare() makes of a picture: it resizes it and cuts out a window.
struct Plan {
  Size2d size;
  Box window;
};

Plan plan_of(const Size2d& picture, const Preprocess& contract, const Augment& augment) {
  const Size2d size =
      contract.resize_short > 0 ? short_side_size(picture, contract.resize_short) : picture;
  Box window = centre_crop_box(size, contract.crop_height, contract.crop_width);
  if (augment.kind == Augment::Kind::PadCrop) {
    const int64_t rim = augment.padding;
    window = {window.top - rim, window.left - rim, window.height + 2 * rim, window.width + 2 * rim};
  }
  return {size, window};
}

using ChannelTable = std::array<float, 256>;

// In f32 and with divisions, as torchvision does, so that the results agree to the last bit.
ChannelTable normalisation(const Preprocess& contract, size_t channel) {
  const auto range = static_cast<float>(contract.range);
  const auto mean = static_cast<float>(contract.mean[channel]);
  const auto std = static_cast<float>(contract.std[channel]);
  ChannelTable table;
  for (size_t i = 0; i < table.size(); ++i) table[i] = (static_cast<float>(i) / range - mean) / std;
  return table;
}

template <bool kGreyIn>
void normalise_rows_rgb(const Image& image, const Preprocess& contract, bool flip, float* out) {
  const bool bgr = contract.colour == ColourOrder::Bgr;
  const ChannelTable first = normalisation(contract, 0), second = normalisation(contract, 1),
                     third = normalisation(contract, 2);
  const int64_t r = kGreyIn || !bgr ? 0 : 2, g = kGreyIn ? 0 : 1, b = kGreyIn || bgr ? 0 : 2;
  const int64_t step = (flip ? -1 : 1) * (kGreyIn ? 1 : 3);
  for (int64_t y = 0; y < image.height(); ++y) {
    const uint8_t* pixel = image.row(y);
    if (flip) pixel += image.row_bytes() + step;
    for (int64_t x = 0; x < image.width(); ++x, pixel += step, out += 3) {
      out[0] = first[pixel[r]];
      out[1] = second[pixel[g]];
      out[2] = third[pixel[b]];
    }
  }
}

void normalise_rows_grey(const Image& image, const Preprocess& contract, bool flip, float* out) {
  const ChannelTable table = normalisation(contract, 0);
  for (int64_t y = 0; y < image.height(); ++y, out += image.width()) {
    const uint8_t* row = image.row(y);
    const int64_t last = image.width() - 1;
    for (int64_t x = 0; x <= last; ++x) out[x] = table[row[flip ? last - x : x]];
  }
}

}  // namespace

Box centre_crop_box(const Size2d& picture, int64_t height, int64_t width) {
  return {centre_offset(picture.height, height), centre_offset(picture.width, width), height,
          width};
}

Image crop(const Image& image, const Box& box) {
  const Size2d size = image.size();
  return black_outside(size, box, image.channels(), [&](const Box& seen) {
    return resize_window(image, whole_picture(size), size, seen, ResizeFilter::Bilinear);
  });
}

Image flip_horizontal(const Image& image) {
  Image out = Image::unfilled(image.height(), image.width(), image.channels());
  const int64_t channels = image.channels();
  for (int64_t y = 0; y < image.height(); ++y)
    for (int64_t x = 0; x < image.width(); ++x)
      std::memcpy(out.row(y) + x * channels, image.row(y) + (image.width() - 1 - x) * channels,
                  static_cast<size_t>(channels));
  return out;
}

PicturePart prepare(PicturePart picture, const Preprocess& contract, const Augment& augment) {
  check(!picture.pixels.empty(), ErrorKind::Argument, "preprocess: empty picture");
  if (contract.colour == ColourOrder::Grey && picture.pixels.channels() == 3)
    picture.pixels = to_grey(picture.pixels);
  if (augment.kind == Augment::Kind::RandomResizedCrop) return picture;
  const auto [size, window] = plan_of(picture.whole, contract, augment);
  return black_outside(size, window, picture.pixels.channels(), [&, size = size](const Box& seen) {
    return resize_window(picture, whole_picture(picture.whole), size, seen, contract.filter);
  });
}

Variation draw_variation(const Size2d& prepared, const Preprocess& contract, const Augment& augment,
                         const RandomKey& key) {
  RandomStream random(key);
  // Drawn before all else, so that it is the same whatever that is.
  const bool mirrored = augment.random() && random.uniform() < 0.5f;
  Box part{0, 0, contract.crop_height, contract.crop_width};
  if (augment.kind == Augment::Kind::RandomResizedCrop) {
    part = random_resized_crop(prepared, augment, random);
  } else if (augment.kind == Augment::Kind::PadCrop) {
    const auto places = static_cast<uint32_t>(2 * augment.padding + 1);
    part.top = random.below(places);
    part.left = random.below(places);
  }
  return {part, mirrored};
}

Tensor normalised_bytes(const Preprocess& contract) {
  const auto channels = static_cast<size_t>(contract.channels());
  Tensor values = Tensor::empty({256, contract.channels()});
  for (size_t c = 0; c < channels; ++c) {
    const ChannelTable table = normalisation(contract, c);
    for (size_t byte = 0; byte < table.size(); ++byte)
      values.data<float>()[byte * channels + c] = table[byte];
  }
  return values;
}

void render(const PicturePart& prepared, const Preprocess& contract, const Augment& augment,
            const RandomKey& key, Tensor& batch, int64_t index) {
  const int64_t height = contract.crop_height, width = contract.crop_width;
  const int64_t channels = contract.channels();
  check(batch.rank() == 4 && batch.dim(1) == height && batch.dim(2) == width &&
            batch.dim(3) == channels && index >= 0 && index < batch.dim(0),
        ErrorKind::Shape, "preprocess: sample ", index, " of ", height, " x ", width, " x ",
        channels, " does not fit the batch ", batch.shape());
  const auto [part, mirrored] = draw_variation(prepared.whole, contract, augment, key);
  const bool moved =
      augment.kind == Augment::Kind::RandomResizedCrop || augment.kind == Augment::Kind::PadCrop;
  const Size2d size{height, width};
  const Image varied =
      moved ? resize_window(prepared, part, size, whole_picture(size), contract.filter) : Image();
  const Image& image = moved ? varied : prepared.pixels;
  check(image.height() == height && image.width() == width, ErrorKind::Shape,
        "preprocess: prepared picture of ", image.height(), " x ", image.width(), " for a crop of ",
        height, " x ", width);
  float* out = batch.data<float>() + index * height * width * channels;
  if (channels == 1) {
    check(image.channels() == 1, ErrorKind::Shape, "preprocess: coloured picture for a grey input");
    normalise_rows_grey(image, contract, mirrored, out);
  } else if (image.channels() == 1) {
    normalise_rows_rgb<true>(image, contract, mirrored, out);
  } else {
    normalise_rows_rgb<false>(image, contract, mirrored, out);
  }
}

void preprocess(PicturePart picture, const Preprocess& contract, Tensor& batch, int64_t index) {
  render(prepare(std::move(picture), contract), contract, {}, {}, batch, index);
}

Box part_to_prepare(const Size2d& picture, const Preprocess& contract, const Augment& augment) {
  const Box whole = whole_picture(picture);
  if (augment.kind == Augment::Kind::RandomResizedCrop) return whole;
  const auto [size, window] = plan_of(picture, contract, augment);
  const Box seen = intersection(window, size);
  if (seen.height <= 0 || seen.width <= 0) return {0, 0, 1, 1};  // all black, but not empty
  return resize_support(whole, size, seen, contract.filter);
}

Box part_to_render(const Size2d& picture, const Preprocess& contract, const Augment& augment,
                   const RandomKey& key) {
  if (augment.kind != Augment::Kind::RandomResizedCrop)
    return part_to_prepare(picture, contract, augment);
  const Size2d size{contract.crop_height, contract.crop_width};
  return resize_support(draw_variation(picture, contract, augment, key).part, size,
                        whole_picture(size), contract.filter);
}

}  // namespace graft::data
