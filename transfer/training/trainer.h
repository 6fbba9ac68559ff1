// Fine-tuning: epochs over a data set, evaluation, early stopping that restores the best weights
// and buffers, checkpoints, and bit-equal resume.
//
// With a dev set the weights that are left are those of the best epoch: most right, of those the
// lowest loss.
//
// A run is a function of (network, weights, data, options): the number of threads or loader
// workers, the feature cache, and where it was interrupted do not change a bit of the result. It
// runs where the network is (Module::to()); pictures are made on the host, or, where they fit as
// bytes, on the device (resident_source.h); features are kept on the host.
#pragma once

#include "graft/core/preprocess.h"
#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/training/train_observer.h"
#include "graft/transfer/training/train_options.h"
#include "graft/transfer/training/train_result.h"

namespace graft::transfer {

/// Trains `network` in place on `train_set`, choosing by accuracy on `dev_set` (may be null: the
/// last weights stay), and leaves it in evaluation mode, also by an error. Error(NotFinite) naming
/// step and samples if the loss is not finite; Error(Argument) if nothing is left to train, the
/// head's size is not the number of classes, or the checkpoints to resume from are of a run with
/// other data or options.
TrainResult train(layers::Network& network, const data::DatasetPtr& train_set,
                  const data::DatasetPtr& dev_set, const Preprocess& preprocess,
                  const TrainOptions& options = {}, TrainObserver* observer = nullptr);

}  // namespace graft::transfer
