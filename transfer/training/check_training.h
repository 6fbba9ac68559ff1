// What train() refuses, for callers that have something to lose before they call it.
#pragma once

#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/training/train_options.h"

namespace graft::transfer {

/// Error(Argument) saying why train() would not begin; `dev_set` may be null. Reads no sample.
void check_training(const layers::Network& network, const data::Dataset& train_set,
                    const data::Dataset* dev_set, const TrainOptions& options);

}  // namespace graft::transfer
