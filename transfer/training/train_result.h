// What a training run reports: its epochs and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graft/transfer/training/evaluate.h"

namespace graft::transfer {

struct EpochResult {
  int epoch = 0;  ///< from 1
  double train_loss = 0;
  std::optional<Evaluation> dev;
  double lr = 0;
  double seconds = 0;
  int64_t skipped_steps = 0;         ///< left out, as f16 could not hold their gradients
  std::optional<double> loss_scale;  ///< at its end; f16 only
};

/// The steps that were left out in all epochs of `history`.
inline int64_t skipped_steps(const std::vector<EpochResult>& history) {
  int64_t steps = 0;
  for (const EpochResult& epoch : history) steps += epoch.skipped_steps;
  return steps;
}

struct TrainResult {
  std::vector<EpochResult> history;
  int best_epoch = 0;
  int epochs = 0;                 ///< completed
  std::optional<Evaluation> dev;  ///< of the weights that are left in the network
  double seconds = 0;             ///< all of it
  double seconds_features = 0;    ///< of them, running the frozen prefix for the cache
  size_t cached_stages = 0;       ///< length of the prefix that was cached; 0: no cache
  std::string cache_note;         ///< why there is no cache, or what it holds
  std::string pictures_note;      ///< where they were, and why
  std::string recording_note;     ///< why steps were not run as recordings, or that they were
  bool interrupted = false;       ///< stopped on request with work left
};

}  // namespace graft::transfer
