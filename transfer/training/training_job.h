// What a training run computes, as a record: every setting that its result depends on. A checkpoint
// carries it, so that a run is never continued as another one.
//
// Threads, loader workers, the feature cache and how often checkpoints are written are not part of
// it: they do not change a bit.
#pragma once

#include <string>
#include <vector>

#include "graft/core/preprocess.h"
#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/training/train_options.h"

namespace graft::transfer {

/// Of the samples' names, labels and fingerprints.
std::string hash_of_samples(const data::Dataset& dataset);

/// Sets the options that the result depends on, and with what it is computed (numerics_record.h).
void record_recipe(Json& record, const TrainOptions& options);

/// A flat object. Samples count by hash_of_samples(); `dev_set` may be null.
Json describe_job(const layers::Network& network, const data::Dataset& train_set,
                  const data::Dataset* dev_set, const Preprocess& preprocess,
                  const TrainOptions& options);

/// `lr was 0.1, is now 0.2` for the first setting in which two jobs, or two configurations they
/// come from, differ; "" if there is none. Those named in `ignored` do not count.
std::string difference_of_jobs(const Json& before, const Json& now,
                               const std::vector<std::string>& ignored = {});

}  // namespace graft::transfer
