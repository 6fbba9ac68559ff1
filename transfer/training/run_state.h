// Where a training run stands.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graft/optim/loss_scale.h"
#include "graft/transfer/training/snapshot.h"
#include "graft/transfer/training/train_result.h"

namespace graft::transfer {

/// Together with network, optimizer and options it determines everything that follows.
struct RunState {
  int epoch = 1;              ///< the one that is running, from 1
  int64_t step_in_epoch = 0;  ///< batches of it that are done
  double loss_sum = 0;        ///< over the samples of this epoch so far
  int64_t samples = 0;
  int64_t skipped_steps = 0;                   ///< of this epoch so far
  std::optional<optim::LossScale> loss_scale;  ///< f16 only
  int best_epoch = 0;                          ///< 0: none yet
  Snapshot best;
  std::vector<EpochResult> history;
  bool finished = false;  ///< stopped early

  void start_next_epoch() {
    ++epoch;
    step_in_epoch = 0;
    loss_sum = 0;
    samples = 0;
    skipped_steps = 0;
  }
};

}  // namespace graft::transfer
