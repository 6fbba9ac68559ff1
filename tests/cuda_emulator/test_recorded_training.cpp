// Training steps run as CUDA graphs: what TrainOptions::record_steps must not change.
#include <doctest/doctest.h>

#include "cuda_emulator/control.h"
#include "cuda_emulator/emulated_device.h"
#include "graft/data/in_memory.h"
#include "graft/data/resize.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/state.h"
#include "graft/transfer/training/trainer.h"
#include "support/tiny_network.h"

namespace graft::transfer {
namespace {

using testing::emulated_device;
using testing::hashes;
using testing::tiny_network;
using testing::tiny_pictures;

struct Outcome {
  std::vector<TensorHash> hashes;
  std::string note;
};

// Of 22 sizes.
data::DatasetPtr different_pictures() {
  const auto pictures = tiny_pictures(22);
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < pictures->size(); ++i) {
    images.push_back(data::resize(pictures->image(i), 9 + i, 40 - i, ResizeFilter::Bicubic));
    labels.push_back(pictures->label(i));
  }
  return std::make_shared<data::InMemory>("different", std::move(images), std::move(labels),
                                          pictures->class_names());
}

Outcome train_tiny(const TrainOptions& options, const std::string& frozen = {},
                   const data::DatasetPtr& pictures = tiny_pictures(22)) {
  const auto network = tiny_network(3, 7);
  network->to(emulated_device());
  if (!frozen.empty()) freeze(*network, frozen);
  const TrainResult result =
      train(*network, pictures, tiny_pictures(12, 3, 90), network->preprocess, options);
  return {hashes(*network), result.recording_note};
}

}  // namespace

TEST_CASE("a run of recorded steps ends with the bits of an eager one") {
  const size_t blocks = emulator::live_blocks();
  for (const DType precision : {DType::F32, DType::BF16, DType::F16})
    for (const char* frozen : {"", "trunk"}) {
      CAPTURE(to_string(precision));
      CAPTURE(frozen);
      TrainOptions options{.epochs = 3, .batch = 8, .lr = 0.05};
      options.precision = precision;
      options.clip_norm = 1;
      const Outcome recorded = train_tiny(options, frozen);
      options.record_steps = false;
      const Outcome eager = train_tiny(options, frozen);
      CHECK(recorded.note == "recorded");
      CHECK(eager.note == "off by request");
      CHECK(recorded.hashes == eager.hashes);
    }
  CHECK(emulator::live_blocks() == blocks);
}

TEST_CASE("so does one whose pictures are cut, resized and mirrored by its graph") {
  for (const auto kind : {data::Augment::Kind::PadCrop, data::Augment::Kind::RandomResizedCrop}) {
    TrainOptions options{.epochs = 3, .batch = 8, .lr = 0.05};
    options.augment.kind = kind;
    const Outcome recorded = train_tiny(options, {}, different_pictures());
    options.record_steps = false;
    options.picture_cache = 0;  // pictures come from the loader
    CHECK(recorded.note == "recorded");
    CHECK(recorded.hashes == train_tiny(options, {}, different_pictures()).hashes);
  }
}

}  // namespace graft::transfer
