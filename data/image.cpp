#include "graft/data/image.h"

#include <algorithm>
#include <new>

#include "graft/core/error.h"

namespace graft::data {

Image Image::unfilled(int64_t height, int64_t width, int64_t channels) {
  check(height >= 0 && width >= 0 && (channels == 1 || channels == 3), ErrorKind::Argument,
        "image: no such picture: ", height, " x ", width, " with ", channels, " channels");
  Image image;
  image.height_ = height;
  image.width_ = width;
  image.channels_ = channels;
  try {
    image.pixels_.resize(static_cast<size_t>(height) * static_cast<size_t>(width) *
                         static_cast<size_t>(channels));
  } catch (const std::exception&) {  // bad_alloc or length_error
    fail(ErrorKind::OutOfMemory, "image: no memory for ", height, " x ", width, " x ", channels,
         " bytes");
  }
  return image;
}

Image::Image(int64_t height, int64_t width, int64_t channels)
    : Image(unfilled(height, width, channels)) {
  std::fill(pixels_.begin(), pixels_.end(), uint8_t{0});
}

Image to_grey(const Image& image) {
  if (image.channels() == 1 || image.empty()) return image;
  Image grey = Image::unfilled(image.height(), image.width(), 1);
  const uint8_t* in = image.data();
  uint8_t* out = grey.data();
  for (size_t i = 0; i < grey.bytes(); ++i, in += 3)
    out[i] =
        static_cast<uint8_t>((in[0] * 19595u + in[1] * 38470u + in[2] * 7471u + 0x8000u) >> 16);
  return grey;
}

}  // namespace graft::data
