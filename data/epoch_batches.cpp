#include "graft/data/epoch_batches.h"

#include <algorithm>
#include <numeric>

#include "graft/core/ceil_div.h"
#include "graft/data/sampling.h"

namespace graft::data {

EpochBatches::EpochBatches(int64_t samples, const LoaderOptions& options)
    : samples_(samples),
      batch_size_(options.batch_size),
      seed_(options.seed),
      shuffle_(options.shuffle),
      drop_last_(options.drop_last),
      next_(count()) {}

int64_t EpochBatches::count() const {
  return drop_last_ ? samples_ / batch_size_ : ceil_div(samples_, batch_size_);
}

void EpochBatches::start(uint32_t epoch, int64_t first_batch) {
  epoch_ = epoch;
  next_ = first_batch;
  if (shuffle_) {
    order_ = epoch_order(samples_, seed_, epoch);
  } else {
    order_.resize(static_cast<size_t>(samples_));
    std::iota(order_.begin(), order_.end(), 0);
  }
}

std::vector<int64_t> EpochBatches::next() {
  if (next_ >= count()) return {};
  const int64_t begin = next_++ * batch_size_;
  return {order_.begin() + begin, order_.begin() + std::min(begin + batch_size_, samples_)};
}

}  // namespace graft::data
