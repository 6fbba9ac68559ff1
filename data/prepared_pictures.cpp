#include "graft/data/prepared_pictures.h"

#include <cstring>
#include <exception>
#include <vector>

#include "graft/core/parallel.h"
#include "graft/data/transforms.h"

namespace graft::data {
namespace {

int64_t rim(const Augment& augment) {
  return augment.kind == Augment::Kind::PadCrop ? augment.padding : 0;
}

Shape prepared_shape(const Dataset& dataset, const Preprocess& contract, const Augment& augment) {
  const int64_t border = 2 * rim(augment);
  return {dataset.size(), contract.crop_height + border, contract.crop_width + border,
          contract.channels()};
}

// The bytes of a picture in the channels of the network.
void write_channels(const Image& image, const Preprocess& contract, uint8_t* out) {
  const int64_t channels = contract.channels(), pixels = image.height() * image.width();
  const bool reversed = contract.colour == ColourOrder::Bgr;
  if (image.channels() == channels && !reversed) {
    std::memcpy(out, image.data(), image.bytes());
    return;
  }
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t c = 0; c < channels; ++c) {
      const int64_t from = image.channels() == 1 ? 0 : reversed ? channels - 1 - c : c;
      out[p * channels + c] = image.data()[p * image.channels() + from];
    }
}

void write_picture(const Dataset& dataset, int64_t i, const Preprocess& contract,
                   const Augment& augment, Tensor& all) {
  const auto choose = [&](const Size2d& size) { return part_to_prepare(size, contract, augment); };
  const PicturePart prepared = prepare(dataset.part(i, choose), contract, augment);
  check(prepared.pixels.height() == all.dim(1) && prepared.pixels.width() == all.dim(2) &&
            prepared.pixels.channels() <= all.dim(3),
        ErrorKind::Shape, "prepared_pictures: sample ", i, " of ", prepared.pixels.height(), " x ",
        prepared.pixels.width(), " x ", prepared.pixels.channels(), " among ", all.shape());
  write_channels(prepared.pixels, contract, all.data<uint8_t>() + i * all.strides()[0]);
}

}  // namespace

uint64_t prepared_bytes(const Dataset& dataset, const Preprocess& contract,
                        const Augment& augment) {
  if (augment.kind == Augment::Kind::RandomResizedCrop) return 0;
  return static_cast<uint64_t>(prepared_shape(dataset, contract, augment).numel());
}

Tensor prepared_pictures(const Dataset& dataset, const Preprocess& contract,
                         const Augment& augment) {
  check(prepared_bytes(dataset, contract, augment) > 0, ErrorKind::Argument,
        "prepared_pictures: no pictures, or of no common size under ", to_string(augment.kind));
  Tensor all = Tensor::empty(prepared_shape(dataset, contract, augment), DType::U8);
  std::vector<std::exception_ptr> errors(static_cast<size_t>(dataset.size()));
  parallel_for(dataset.size(), [&](int64_t i, int) {
    try {
      write_picture(dataset, i, contract, augment, all);
    } catch (...) {
      errors[static_cast<size_t>(i)] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  return all;
}

}  // namespace graft::data
