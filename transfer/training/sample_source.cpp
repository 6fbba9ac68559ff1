#include "graft/transfer/training/sample_source.h"

#include <algorithm>
#include <map>

#include "graft/core/dispatch.h"
#include "graft/data/epoch_batches.h"
#include "graft/transfer/training/uploader.h"

namespace graft::transfer {
namespace {

class ImageSource final : public SampleSource {
 public:
  ImageSource(data::DatasetPtr dataset, const Preprocess& preprocess,
              const data::LoaderOptions& options)
      : loader_(std::move(dataset), preprocess, options) {}

  size_t first_stage() const override { return 0; }
  int64_t batches() const override { return loader_.batches(); }
  void start(uint32_t epoch, int64_t first_batch) override {
    loader_.start_epoch(epoch, first_batch);
  }
  SampleBatch next() override {
    data::Batch batch;
    check(loader_.next(batch), ErrorKind::Internal, "train: the loader ended before its epoch");
    return {std::move(batch.images), std::move(batch.labels), std::move(batch.indices)};
  }

 private:
  data::Loader loader_;
};

class FeatureSource final : public SampleSource {
 public:
  FeatureSource(const data::Dataset& dataset, const FeatureCache& cache,
                const data::LoaderOptions& options)
      : cache_(cache), labels_(labels_of(dataset)), batches_(dataset.size(), options) {}

  size_t first_stage() const override { return cache_.stages(); }
  int64_t batches() const override { return batches_.count(); }
  void start(uint32_t epoch, int64_t first_batch) override { batches_.start(epoch, first_batch); }
  SampleBatch next() override {
    SampleBatch batch;
    batch.indices = batches_.next();
    Memory& memory = memory_for(batch.indices.size());
    std::copy(batch.indices.begin(), batch.indices.end(), memory.rows.data<int64_t>());
    run(slots().gather_rows, cache_.features(), memory.rows, memory.input);
    run(slots().gather_rows, labels_, memory.rows, memory.labels);
    memory.input.storage().bump_version();
    memory.labels.storage().bump_version();
    batch.input = memory.input;
    batch.labels = memory.labels;
    batch.memory = BatchMemory::Stays;
    return batch;
  }

 private:
  struct Memory {
    Tensor rows, input, labels;
  };

  Memory& memory_for(size_t count) {
    Memory& memory = memory_[count];
    if (!memory.rows.defined()) {
      const auto n = static_cast<int64_t>(count);
      Shape shape = cache_.features().shape();
      shape[0] = n;
      memory = {Tensor::empty({n}, DType::I64), Tensor::empty(shape, cache_.features().dtype()),
                Tensor::empty({n}, DType::I64)};
    }
    return memory;
  }

  const FeatureCache& cache_;
  Tensor labels_;
  data::EpochBatches batches_;
  std::map<size_t, Memory> memory_;  // by batch size: the common one, and that of the last batch
};

class UploadedSource final : public SampleSource {
 public:
  UploadedSource(std::unique_ptr<SampleSource> source, Device device)
      : source_(std::move(source)), uploader_(device) {}

  size_t first_stage() const override { return source_->first_stage(); }
  int64_t batches() const override { return source_->batches(); }
  void start(uint32_t epoch, int64_t first_batch) override {
    if (!uploader_.empty()) uploader_.pop();
    source_->start(epoch, first_batch);
    left_ = source_->batches() - first_batch;
  }
  void prepare_next() override {
    if (left_ == 0 || !uploader_.empty()) return;
    SampleBatch batch = source_->next();
    --left_;
    uploader_.push({batch.input, batch.labels});
    indices_ = std::move(batch.indices);
  }
  Tensor network_input(const Tensor& input) const override { return source_->network_input(input); }
  SampleBatch next() override {
    prepare_next();
    std::vector<Tensor> there = uploader_.pop();
    return {std::move(there[0]), std::move(there[1]), std::move(indices_)};
  }

 private:
  std::unique_ptr<SampleSource> source_;
  Uploader uploader_;
  int64_t left_ = 0;  // batches of the epoch that were not taken from the source
  std::vector<int64_t> indices_;
};

}  // namespace

std::unique_ptr<SampleSource> image_source(data::DatasetPtr dataset, const Preprocess& preprocess,
                                           const data::LoaderOptions& options) {
  return std::make_unique<ImageSource>(std::move(dataset), preprocess, options);
}

std::unique_ptr<SampleSource> feature_source(const data::Dataset& dataset,
                                             const FeatureCache& cache,
                                             const data::LoaderOptions& options) {
  return std::make_unique<FeatureSource>(dataset, cache, options);
}

std::unique_ptr<SampleSource> uploaded_source(std::unique_ptr<SampleSource> source, Device device) {
  return std::make_unique<UploadedSource>(std::move(source), device);
}

}  // namespace graft::transfer
