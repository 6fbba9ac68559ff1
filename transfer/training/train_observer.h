// Watching a training run, and ending it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graft/transfer/training/train_result.h"

namespace graft::transfer {

/// Follows a run; called on the thread that runs it. The library prints nothing itself.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  struct Progress {
    const char* phase;  ///< "features", "epoch" or "evaluate"
    int epoch, epochs;
    int64_t step, steps;  ///< of this phase
    double loss, lr;
  };
  /// Once, before anything is computed, with the epochs that a resumed run has behind it.
  virtual void on_begin(const std::vector<EpochResult>&) {}
  /// After each step of a phase. In phase "epoch", and in on_epoch(), layers may be frozen, thawed
  /// and written to.
  virtual void on_progress(const Progress&) {}
  virtual void on_epoch(const EpochResult&) {}
  virtual void on_note(const std::string&) {}
  /// Asked after each step, each batch of features and each epoch; true saves a checkpoint (if
  /// there is a folder and something was trained) and ends the run.
  virtual bool should_stop() { return false; }
};

}  // namespace graft::transfer
