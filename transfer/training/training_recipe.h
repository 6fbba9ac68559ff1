// From training options to the update rule and the course of its rate.
#pragma once

#include <cstdint>
#include <memory>

#include "graft/layers/network.h"
#include "graft/optim/optimizer.h"
#include "graft/optim/schedule.h"
#include "graft/transfer/training/train_options.h"

namespace graft::transfer {

/// The optimizer of all parameters, also those that are frozen now: what is thawed later takes
/// part.
std::unique_ptr<optim::Optimizer> make_optimizer(const layers::Network& network,
                                                 const TrainOptions& options);

/// The course of the rate over all steps of the run.
optim::Schedule make_schedule(const TrainOptions& options, int64_t steps_per_epoch);

}  // namespace graft::transfer
