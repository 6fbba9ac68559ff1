// Which samples make up the batches of an epoch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "graft/core/ceil_div.h"
#include "graft/data/loader.h"
#include "graft/data/sampling.h"

namespace graft::transfer {

/// The batches that a shuffling data::Loader with the same options gives.
class EpochBatches {
 public:
  EpochBatches(int64_t samples, const data::LoaderOptions& options)
      : samples_(samples), options_(options) {}

  int64_t count() const {
    const int64_t size = options_.batch_size;
    return options_.drop_last ? samples_ / size : ceil_div(samples_, size);
  }
  void start(uint32_t epoch, int64_t first_batch) {
    order_ = data::epoch_order(samples_, options_.seed, epoch);
    position_ = first_batch * options_.batch_size;
    epoch_ = epoch;
  }
  uint32_t epoch() const { return epoch_; }
  std::vector<int64_t> next() {
    const int64_t begin = position_;
    position_ = std::min(begin + options_.batch_size, samples_);
    return {order_.begin() + begin, order_.begin() + position_};
  }

 private:
  int64_t samples_;
  data::LoaderOptions options_;
  std::vector<int64_t> order_;
  int64_t position_ = 0;
  uint32_t epoch_ = 0;
};

}  // namespace graft::transfer
