#include "graft/data/prepared_pictures.h"

#include <atomic>
#include <cstring>
#include <exception>

#include "graft/core/parallel.h"
#include "graft/data/transforms.h"

namespace graft::data {
namespace {

// Calls work(i) for every sample, then throws the first one's error.
template <class Work>
void for_each_sample(const Dataset& dataset, const Work& work) {
  std::vector<std::exception_ptr> errors(static_cast<size_t>(dataset.size()));
  parallel_for(dataset.size(), [&](int64_t i, int) {
    try {
      work(i);
    } catch (...) {
      errors[static_cast<size_t>(i)] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

// The picture's, for which little more than its header has to be decoded.
Size2d size_of_picture(const Dataset& dataset, int64_t i) {
  return dataset.part(i, [](const Size2d&) { return Box{0, 0, 1, 1}; }).whole;
}

// Of prepared pictures that are all of one size.
Size2d common_size(const Preprocess& contract, const Augment& augment) {
  const int64_t rim = augment.kind == Augment::Kind::PadCrop ? 2 * augment.padding : 0;
  return {contract.crop_height + rim, contract.crop_width + rim};
}

// None if they hold more than `most_pixels`. Then no errors count, and as little as possible is
// read.
std::vector<Size2d> prepared_sizes(const Dataset& dataset, const Preprocess& contract,
                                   const Augment& augment, uint64_t most_pixels) {
  std::vector<Size2d> sizes(static_cast<size_t>(dataset.size()), common_size(contract, augment));
  std::atomic<uint64_t> pixels = 0;
  const auto add = [&](const Size2d& size) {
    pixels += static_cast<uint64_t>(size.height * size.width);
  };
  try {
    if (augment.kind != Augment::Kind::RandomResizedCrop) {
      for (const Size2d& size : sizes) add(size);
    } else {
      for_each_sample(dataset, [&](int64_t i) {
        if (pixels > most_pixels) return;
        add(sizes[static_cast<size_t>(i)] = size_of_picture(dataset, i));
      });
    }
  } catch (const Error&) {
    if (pixels <= most_pixels) throw;
  }
  if (pixels > most_pixels) sizes.clear();
  return sizes;
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

}  // namespace

std::optional<PreparedPictures> prepared_pictures(const Dataset& dataset,
                                                  const Preprocess& contract,
                                                  const Augment& augment, uint64_t most_bytes) {
  const int64_t channels = contract.channels();
  const std::vector<Size2d> sizes =
      prepared_sizes(dataset, contract, augment, most_bytes / static_cast<uint64_t>(channels));
  if (sizes.empty()) return std::nullopt;
  PreparedPictures all;
  int64_t pixels = 0;
  for (const Size2d& size : sizes) {
    all.places.push_back({pixels, size});
    pixels += size.height * size.width;
  }
  all.pixels = Tensor::empty({pixels, channels}, DType::U8);
  const auto choose = [&](const Size2d& size) { return part_to_prepare(size, contract, augment); };
  for_each_sample(dataset, [&](int64_t i) {
    const Image picture = prepare(dataset.part(i, choose), contract, augment).pixels;
    const auto& [first, size] = all.places[static_cast<size_t>(i)];
    check(picture.size() == size && picture.channels() <= channels, ErrorKind::Shape,
          "prepared_pictures: sample ", i, " is ", picture.size(), 'x', picture.channels(),
          ", not ", size, 'x', channels);
    write_channels(picture, contract, all.pixels.data<uint8_t>() + first * channels);
  });
  return all;
}

}  // namespace graft::data
