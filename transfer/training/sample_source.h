// Where the training loop gets its batches: pictures through the loader, pictures that stay on the
// device, or cached features.
//
// All give the same samples in the same order: the order of an epoch depends on (seed, epoch)
// alone.
#pragma once

#include <memory>
#include <vector>

#include "graft/core/tensor.h"
#include "graft/data/dataset.h"
#include "graft/data/loader.h"
#include "graft/transfer/training/batch_memory.h"
#include "graft/transfer/training/feature_cache.h"

namespace graft::transfer {

struct SampleBatch {
  Tensor input;                  ///< what network_input() takes
  Tensor labels;                 ///< i64 [n]
  std::vector<int64_t> indices;  ///< of the samples in the data set
  BatchMemory memory = BatchMemory::Changes;
};

class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual size_t first_stage() const = 0;
  virtual int64_t batches() const = 0;
  /// Starts an epoch at its batch number `first_batch`.
  virtual void start(uint32_t epoch, int64_t first_batch) = 0;
  virtual SampleBatch next() = 0;
  /// The input of stage first_stage() of the network, from that of a batch where the network is:
  /// work that belongs to the step.
  virtual Tensor network_input(const Tensor& input) const { return input; }
  /// Fetches ahead what next() will return, where that is worth it: for a moment in which a device
  /// is busy with the batch before.
  virtual void prepare_next() {}
};

std::unique_ptr<SampleSource> image_source(data::DatasetPtr dataset, const Preprocess& preprocess,
                                           const data::LoaderOptions& options);
/// `cache` holds the features of `dataset` and must outlive the source. Of the options only the
/// order and size of batches count.
std::unique_ptr<SampleSource> feature_source(const data::Dataset& dataset,
                                             const FeatureCache& cache,
                                             const data::LoaderOptions& options);

/// The batches of `source`, moved to a device while it works on the one before. The tensors of a
/// batch hold until the next but one is asked for.
std::unique_ptr<SampleSource> uploaded_source(std::unique_ptr<SampleSource> source, Device device);

}  // namespace graft::transfer
