// Which samples make up the batches of an epoch: those of a Loader, and of whatever gives the same.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/data/loader_options.h"

namespace graft::data {

/// A function of (samples, epoch, number of the batch) and, of the options, batch size, seed,
/// shuffle and drop_last. For one thread.
class EpochBatches {
 public:
  EpochBatches(int64_t samples, const LoaderOptions& options);

  /// Batches of an epoch.
  int64_t count() const;
  /// Starts an epoch at its batch number `first_batch`.
  void start(uint32_t epoch, int64_t first_batch);
  uint32_t epoch() const { return epoch_; }
  /// The samples of the next batch; none at the end of the epoch, nor before the first start().
  std::vector<int64_t> next();

 private:
  const int64_t samples_, batch_size_;
  const uint64_t seed_;
  const bool shuffle_, drop_last_;
  std::vector<int64_t> order_;
  uint32_t epoch_ = 0;
  int64_t next_;  // number of a batch
};

}  // namespace graft::data
