// What a training run saves so that it goes on bit-equal: network, optimizer, counters, and of the
// best weights those that have changed since.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graft/layers/network.h"
#include "graft/optim/optimizer.h"
#include "graft/transfer/checkpoint/checkpoint.h"
#include "graft/transfer/training/run_state.h"

namespace graft::transfer {

/// The checkpoints of one run in a folder, under its lock while this object lives.
class TrainingCheckpoints {
 public:
  /// `job` is what the run computes, see describe_job(); it goes into every checkpoint.
  TrainingCheckpoints(const std::filesystem::path& folder, Json job);

  void save(const layers::Network& network, const optim::Optimizer& optimizer,
            const RunState& state, int64_t step);
  /// Brings all three back to the newest complete checkpoint; false if there is none.
  /// Error(Argument) naming the first difference if it is of another job; then nothing has changed.
  bool restore(layers::Network& network, optim::Optimizer& optimizer, RunState& state);
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
