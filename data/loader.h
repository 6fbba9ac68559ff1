// Batches of preprocessed pictures, made ahead by worker threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/core/tensor.h"
#include "graft/data/dataset.h"
#include "graft/data/loader_options.h"

namespace graft::data {

struct Batch {
  Tensor images;                 ///< [N,H,W,C] f32
  Tensor labels;                 ///< [N] i64
  std::vector<int64_t> indices;  ///< of the samples, in the order of the batch

  int64_t size() const { return static_cast<int64_t>(indices.size()); }
};

/// What a batch holds depends on (seed, epoch, its number) alone: not on workers, prefetch or
/// cache. One thread uses a loader; it is not copied.
class Loader {
 public:
  /// Error(Argument) for an empty dataset or options out of range.
  Loader(DatasetPtr dataset, const Preprocess& contract, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Batches of an epoch.
  int64_t batches() const;
  const Dataset& dataset() const;

  /// Begins an epoch, at a later batch when a run is resumed. What is left of another is dropped.
  void start_epoch(uint32_t epoch, int64_t first_batch = 0);

  /// The next batch, or false at the end of the epoch. An error of a sample, whichever worker met
  /// it, is thrown here: always that of the first bad sample of the batch, naming the file; the
  /// next call gives the next batch. find_readable() tells beforehand which samples to leave out.
  bool next(Batch& batch);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace graft::data
