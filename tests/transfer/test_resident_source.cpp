// Pictures that stay on the device give the network what the loader would.
#include "graft/transfer/training/resident_source.h"

#include <doctest/doctest.h>

#include "graft/core/ops/to_device.h"
#include "graft/data/image_folder.h"
#include "graft/data/in_memory.h"
#include "support/assets.h"
#include "support/error_text.h"
#include "support/host_device_scope.h"
#include "support/pictures.h"
#include "support/tensors.h"

namespace graft::transfer {
namespace {

using data::Augment;
using testing::HostDeviceScope;
using testing::kHostDevice;
using testing::noise_image;
using testing::same_bits;

constexpr auto kAllKinds = {Augment::Kind::None, Augment::Kind::Flip, Augment::Kind::PadCrop,
                            Augment::Kind::RandomResizedCrop};

data::LoaderOptions shuffled(Augment::Kind kind) {
  data::LoaderOptions options;
  options.batch_size = 5;
  options.seed = 3;
  options.shuffle = true;
  options.augment.kind = kind;
  options.augment.padding = 2;
  return options;
}

// Of 13 sizes, every fourth one grey.
data::DatasetPtr noise_pictures() {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < 13; ++i) {
    images.push_back(noise_image(12 + i, 30 - 2 * i, i % 4 == 0 ? 1 : 3, static_cast<uint64_t>(i)));
    labels.push_back(i % 2);
  }
  return std::make_shared<data::InMemory>("noise", std::move(images), std::move(labels),
                                          std::vector<std::string>{"a", "b"});
}

std::unique_ptr<SampleSource> on_device(const data::DatasetPtr& pictures,
                                        const Preprocess& contract,
                                        const data::LoaderOptions& options) {
  const auto prepared =
      data::prepared_pictures(*pictures, contract, options.augment, UINT64_MAX).value();
  return uploaded_source(resident_source(pictures, prepared, contract, options, kHostDevice),
                         kHostDevice);
}

void check_same_input(const data::DatasetPtr& pictures, const Preprocess& contract,
                      const data::LoaderOptions& options) {
  const auto resident = on_device(pictures, contract, options);
  const auto loaded = image_source(pictures, contract, options);
  REQUIRE(resident->batches() == loaded->batches());
  for (const uint32_t epoch : {1u, 2u}) {
    resident->start(epoch, 1);
    loaded->start(epoch, 1);
    for (int64_t i = 1; i < loaded->batches(); ++i) {
      const SampleBatch found = resident->next(), expected = loaded->next();
      CHECK(found.indices == expected.indices);
      CHECK(same_bits(to_device(found.labels, {}), expected.labels));
      CHECK(same_bits(to_device(resident->network_input(found.input), {}), expected.input));
    }
  }
}

uint64_t bytes_of(const data::Dataset& pictures, const Preprocess& contract,
                  const Augment& augment) {
  return data::prepared_pictures(pictures, contract, augment, UINT64_MAX).value().pixels.bytes();
}

}  // namespace

TEST_CASE("resident pictures: the network's input has the bits of the loader's") {
  const HostDeviceScope scope;
  const data::DatasetPtr pictures = noise_pictures();
  for (const auto kind : kAllKinds)
    for (const auto colour : {ColourOrder::Rgb, ColourOrder::Bgr, ColourOrder::Grey})
      for (const auto filter : {ResizeFilter::Bilinear, ResizeFilter::Bicubic})
        check_same_input(pictures,
                         {.resize_short = 14,
                          .filter = filter,
                          .crop_height = 12,
                          .crop_width = 10,
                          .colour = colour},
                         shuffled(kind));
}

TEST_CASE("resident pictures: so it has of photographs, decoded whole and in part") {
  const auto folder = testing::asset("hymenoptera/val");
  if (!folder) return testing::skip("hymenoptera/val");
  const HostDeviceScope scope;
  const auto photographs = std::make_shared<data::ImageFolder>(*folder);
  data::LoaderOptions options = shuffled(Augment::Kind::RandomResizedCrop);
  options.batch_size = 40;
  for (const auto filter : {ResizeFilter::Bilinear, ResizeFilter::Bicubic})
    check_same_input(photographs, {.filter = filter}, options);
}

TEST_CASE("resident pictures: as many bytes as there may be, or none") {
  const data::DatasetPtr pictures = noise_pictures();
  const Preprocess contract{.resize_short = 14, .crop_height = 12, .crop_width = 10};
  for (const auto kind : kAllKinds) {
    const Augment augment = shuffled(kind).augment;
    const uint64_t bytes = bytes_of(*pictures, contract, augment);
    CHECK(data::prepared_pictures(*pictures, contract, augment, bytes));
    CHECK_FALSE(data::prepared_pictures(*pictures, contract, augment, bytes - 1));
  }
  CHECK(bytes_of(*pictures, contract, {}) == 13 * 12 * 10 * 3);
  CHECK(bytes_of(*pictures, contract, shuffled(Augment::Kind::PadCrop).augment) ==
        13 * 16 * 14 * 3);
  uint64_t pixels = 0;
  for (int64_t i = 0; i < 13; ++i) {
    const Size2d size = pictures->image(i).size();
    pixels += static_cast<uint64_t>(size.height * size.width);
  }
  const Augment parts = shuffled(Augment::Kind::RandomResizedCrop).augment;
  CHECK(bytes_of(*pictures, contract, parts) == 3 * pixels);
  Preprocess grey = contract;
  grey.colour = ColourOrder::Grey;
  CHECK(bytes_of(*pictures, grey, parts) == pixels);
}

TEST_CASE("resident pictures: the error of the first that cannot be read") {
  class Damaged final : public data::Dataset {
   public:
    int64_t size() const override { return 6; }
    const std::vector<std::string>& class_names() const override { return names_; }
    int64_t label(int64_t) const override { return 0; }
    std::string id(int64_t i) const override { return std::to_string(i); }
    data::Image image(int64_t i) const override {
      check(i < 2 || i == 4, ErrorKind::Data, "sample ", i, " is damaged");
      return noise_image(10, 10, 3);
    }

   private:
    const std::vector<std::string> names_{"only"};
  };
  for (const auto kind : kAllKinds)
    CHECK(testing::error_text([&] {
            data::prepared_pictures(Damaged(), {}, shuffled(kind).augment, UINT64_MAX);
          }) == "sample 2 is damaged");
  // Those that can be read are too many already: the loader will say so in its turn.
  CHECK_FALSE(data::prepared_pictures(Damaged(), {},
                                      shuffled(Augment::Kind::RandomResizedCrop).augment, 100));
}

}  // namespace graft::transfer
