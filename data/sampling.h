// Orders and splits of samples: functions of (seed, epoch), the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/core/random.h"
#include "graft/data/dataset.h"

namespace graft::data {

/// A permutation of 0..n-1: Fisher and Yates, drawn from the stream of `key`.
std::vector<int64_t> permutation(int64_t n, const RandomKey& key);

/// The order in which epoch `epoch` of a training run visits its samples.
std::vector<int64_t> epoch_order(int64_t samples, uint64_t seed, uint32_t epoch);

struct Split {
  std::vector<int64_t> train, dev;  ///< ascending and disjoint; together all samples
};

enum class Duplicates {
  Ignore,        ///< look at indices only
  KeepTogether,  ///< identical contents stay on one side; reads every sample once
};

/// Holds out `dev_fraction` of each class, rounded, but at least one sample of a class that has two
/// and never the last one. Contents that occur under several labels stay in train. Error(Argument)
/// unless 0 < dev_fraction < 1.
Split stratified_split(const Dataset& dataset, double dev_fraction, uint64_t seed,
                       Duplicates duplicates = Duplicates::Ignore);

}  // namespace graft::data
