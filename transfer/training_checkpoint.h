// What a training run saves so that it goes on bit-equal: network, optimizer, best weights,
// counters.
#pragma once

#include <filesystem>
#include <vector>

#include "graft/layers/network.h"
#include "graft/optim/optimizer.h"
#include "graft/transfer/checkpoint.h"
#include "graft/transfer/snapshot.h"
#include "graft/transfer/trainer.h"

namespace graft::transfer {

/// Where a run stands. Together with the options it determines everything that follows.
struct TrainingProgress {
  int epoch = 1;              ///< the one that is running, from 1
  int64_t step_in_epoch = 0;  ///< batches of it that are done
  double loss_sum = 0;        ///< over the samples of this epoch so far
  int64_t samples = 0;
  int best_epoch = 0;  ///< 0: none yet
  int64_t best_correct = 0;
  Snapshot best;
  std::vector<EpochResult> history;
  bool finished = false;  ///< stopped early

  void start_next_epoch() {
    ++epoch;
    step_in_epoch = 0;
    loss_sum = 0;
    samples = 0;
  }
};

/// The checkpoints of one run in a folder, under its lock while this object lives.
class TrainingCheckpoints {
 public:
  /// `job` is what the run computes, see describe_job(); it goes into every checkpoint.
  TrainingCheckpoints(const std::filesystem::path& folder, Json job);

  void save(const layers::Network& network, const optim::Optimizer& optimizer,
            const TrainingProgress& progress, int64_t step);
  /// Brings all three back to the newest complete checkpoint; false if there is none.
  /// Error(Argument) naming the first difference if it is of another job; then nothing has changed.
  bool restore(layers::Network& network, optim::Optimizer& optimizer, TrainingProgress& progress);
  /// Of the last restore(): newer checkpoints that were damaged and passed over.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Removes all checkpoints, for a run that starts over.
  void clear();

 private:
  CheckpointFolder folder_;
  Json job_;
  std::vector<std::string> warnings_;
};

}  // namespace graft::transfer
