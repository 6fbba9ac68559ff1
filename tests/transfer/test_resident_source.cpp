// Pictures that stay on the device give the network what the loader would.
#include "graft/transfer/training/resident_source.h"

#include <doctest/doctest.h>

#include "graft/core/ops/shape_ops.h"
#include "support/error_text.h"
#include "support/host_device_scope.h"
#include "support/tensors.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using data::Augment;
using testing::HostDeviceScope;
using testing::kHostDevice;
using testing::same_bits;
using testing::tiny_pictures;

data::LoaderOptions shuffled(Augment::Kind kind) {
  data::LoaderOptions options;
  options.batch_size = 5;
  options.seed = 3;
  options.shuffle = true;
  options.augment.kind = kind;
  options.augment.padding = 2;
  return options;
}

}  // namespace

TEST_CASE("resident pictures: the network's input has the bits of the loader's") {
  const HostDeviceScope scope;
  const data::DatasetPtr pictures = tiny_pictures(13);
  for (const auto kind : {Augment::Kind::None, Augment::Kind::Flip, Augment::Kind::PadCrop})
    for (const auto colour : {ColourOrder::Rgb, ColourOrder::Bgr, ColourOrder::Grey}) {
      const Preprocess contract{
          .resize_short = 14, .crop_height = 12, .crop_width = 10, .colour = colour};
      const auto resident = uploaded_source(
          resident_source(pictures, contract, shuffled(kind), kHostDevice), kHostDevice);
      const auto loaded = image_source(pictures, contract, shuffled(kind));
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
}

TEST_CASE("resident pictures: parts of any size have no place") {
  CHECK(testing::error_text([] {
          resident_source(tiny_pictures(3), {}, shuffled(Augment::Kind::RandomResizedCrop), {});
        }) == "prepared_pictures: no pictures, or of no common size under resized-crop");
}

}  // namespace graft::transfer
