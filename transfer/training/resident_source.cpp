#include "graft/transfer/training/resident_source.h"

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "graft/core/ops.h"
#include "graft/data/prepared_pictures.h"
#include "graft/data/transforms.h"
#include "graft/transfer/training/epoch_batches.h"

namespace graft::transfer {
namespace {

// In f32, as render() computes.
Tensor constants(std::span<const double> values, Device device) {
  const std::vector<float> rounded(values.begin(), values.end());
  return to_device(Tensor::from(rounded, {static_cast<int64_t>(rounded.size())}), device);
}

// One value for each channel of the network's input.
Tensor channel_constants(const std::array<double, 3>& values, const Preprocess& preprocess,
                         Device device) {
  return constants(std::span(values).first(static_cast<size_t>(preprocess.channels())), device);
}

class ResidentSource final : public SampleSource {
 public:
  ResidentSource(data::DatasetPtr dataset, const Preprocess& preprocess,
                 const data::LoaderOptions& options, Device device)
      : dataset_(std::move(dataset)),
        window_{preprocess.crop_height, preprocess.crop_width},
        options_(options),
        batches_(dataset_->size(), options),
        pictures_(
            to_device(data::prepared_pictures(*dataset_, preprocess, options.augment), device)),
        range_(constants({&preprocess.range, 1}, device)),
        mean_(channel_constants(preprocess.mean, preprocess, device)),
        std_(channel_constants(preprocess.std, preprocess, device)) {}

  size_t first_stage() const override { return 0; }
  int64_t batches() const override { return batches_.count(); }
  void start(uint32_t epoch, int64_t first_batch) override { batches_.start(epoch, first_batch); }

  SampleBatch next() override {
    SampleBatch batch;
    batch.indices = batches_.next();
    std::vector<int64_t> places, labels;
    for (const int64_t sample : batch.indices) {
      const data::Place place = data::draw_place(
          options_.augment,
          {options_.seed, Purpose::Augment, batches_.epoch(), static_cast<uint64_t>(sample)});
      places.insert(places.end(), {sample, place.top, place.left, place.mirrored});
      labels.push_back(dataset_->label(sample));
    }
    const auto count = static_cast<int64_t>(labels.size());
    batch.input = Tensor::from(places, {count, 4});
    batch.labels = Tensor::from(labels, {count});
    return batch;
  }

  Tensor network_input(const Tensor& places) const override {
    const NoGrad no_grad;
    const Tensor pixels = cast(crop_windows(pictures_, places, window_), DType::F32);
    return div(sub(div(pixels, range_), mean_), std_);
  }

 private:
  const data::DatasetPtr dataset_;
  const Size2d window_;
  const data::LoaderOptions options_;
  EpochBatches batches_;
  Tensor pictures_, range_, mean_, std_;
};

}  // namespace

std::unique_ptr<SampleSource> resident_source(data::DatasetPtr dataset,
                                              const Preprocess& preprocess,
                                              const data::LoaderOptions& options, Device device) {
  return std::make_unique<ResidentSource>(std::move(dataset), preprocess, options, device);
}

}  // namespace graft::transfer
