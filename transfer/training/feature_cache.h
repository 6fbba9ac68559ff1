// The frozen, deterministic prefix of a network, run once: its outputs for every sample of a data
// set. Training the rest on them gives the same numbers, bit for bit, as running it each time.
#pragma once

#include <optional>
#include <vector>

#include "graft/core/content_mark.h"
#include "graft/core/dtype.h"
#include "graft/core/numerics.h"
#include "graft/transfer/training/evaluate.h"

namespace graft::transfer {

class FeatureCache {
 public:
  /// Runs stages 0..prefix-1 over `dataset`. Error(Limit) if the features exceed `limit` bytes.
  FeatureCache(layers::Network& network, size_t prefix, const data::DatasetPtr& dataset,
               const Preprocess& preprocess, int64_t batch, size_t limit,
               const ProgressFunction& progress = {});

  /// False as soon as anything in the prefix thawed or was written to, or would be computed in
  /// another precision (core/numerics.h, core/autocast.h).
  bool valid(layers::Network& network) const;
  size_t stages() const { return stages_; }
  /// [n, ...] in the order of the data set.
  const Tensor& features() const { return features_; }

 private:
  size_t stages_;
  Tensor features_;
  std::vector<ContentMark> marks_;
  Numerics numerics_;
  std::optional<DType> mixed_;
};

}  // namespace graft::transfer
