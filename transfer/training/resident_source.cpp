#include "graft/transfer/training/resident_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "graft/core/ops.h"
#include "graft/data/epoch_batches.h"
#include "graft/data/transforms.h"

namespace graft::transfer {
namespace {

class ResidentSource final : public SampleSource {
 public:
  ResidentSource(data::DatasetPtr dataset, const data::PreparedPictures& pictures,
                 const Preprocess& preprocess, const data::LoaderOptions& options, Device device)
      : dataset_(std::move(dataset)),
        preprocess_(preprocess),
        options_(options),
        batches_(dataset_->size(), options),
        places_(pictures.places),
        pixels_(to_device(pictures.pixels, device)),
        values_(to_device(data::normalised_bytes(preprocess), device)),
        resizing_{{preprocess.crop_height, preprocess.crop_width}, {}, preprocess.filter} {
    for (const auto& [first, size] : places_) {
      resizing_.largest.height = std::max(resizing_.largest.height, size.height);
      resizing_.largest.width = std::max(resizing_.largest.width, size.width);
    }
  }

  size_t first_stage() const override { return 0; }
  int64_t batches() const override { return batches_.count(); }
  void start(uint32_t epoch, int64_t first_batch) override { batches_.start(epoch, first_batch); }

  SampleBatch next() override {
    SampleBatch batch;
    batch.indices = batches_.next();
    std::vector<int64_t> windows, labels;
    for (const int64_t sample : batch.indices) {
      const auto& [first, size] = places_[static_cast<size_t>(sample)];
      const auto [part, mirrored] = data::draw_variation(
          size, preprocess_, options_.augment,
          {options_.seed, Purpose::Augment, batches_.epoch(), static_cast<uint64_t>(sample)});
      windows.insert(windows.end(), {first + part.top * size.width + part.left, size.width,
                                     part.height, part.width, mirrored});
      labels.push_back(dataset_->label(sample));
    }
    const auto count = static_cast<int64_t>(labels.size());
    batch.input = Tensor::from(windows, {count, 5});
    batch.labels = Tensor::from(labels, {count});
    return batch;
  }

  Tensor network_input(const Tensor& windows) const override {
    return resize_windows(pixels_, windows, values_, resizing_);
  }

 private:
  const data::DatasetPtr dataset_;
  const Preprocess preprocess_;
  const data::LoaderOptions options_;
  data::EpochBatches batches_;
  const std::vector<data::PreparedPictures::Place> places_;
  const Tensor pixels_, values_;
  ResizeWindowsParams resizing_;
};

}  // namespace

std::unique_ptr<SampleSource> resident_source(data::DatasetPtr dataset,
                                              const data::PreparedPictures& pictures,
                                              const Preprocess& preprocess,
                                              const data::LoaderOptions& options, Device device) {
  return std::make_unique<ResidentSource>(std::move(dataset), pictures, preprocess, options,
                                          device);
}

}  // namespace graft::transfer
