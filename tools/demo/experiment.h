// The demo's experiment: what is a network worth that has seen other pictures before?
#pragma once

#include <array>
#include <string>
#include <vector>

#include "graft/data/dataset.h"
#include "graft/layers/network.h"
#include "graft/transfer/training/trainer.h"

namespace graft::demo {

enum class Method { Scratch, Frozen, FineTuned };
inline constexpr std::array<Method, 3> kMethods{Method::Scratch, Method::Frozen, Method::FineTuned};
const char* to_string(Method method);

struct ExperimentOptions {
  int source_per_class = 150;  ///< pictures to pretrain on
  int source_epochs = 8;
  int target_per_class = 10;  ///< labelled examples of the new task
  int test_per_class = 60;    ///< pictures of the new task to measure on
  int target_epochs = 40;
  int seeds = 5;
  uint64_t seed = 0;
  Device device = {};            ///< that all networks run on
  DType precision = DType::F32;  ///< that they are trained and measured in
};

/// One training on the target task.
struct TargetRun {
  Method method;
  uint64_t seed;
  transfer::TrainResult training;  ///< without choosing by the test pictures
  transfer::Evaluated test;
};

struct ExperimentResult {
  transfer::TrainResult pretraining;
  transfer::Evaluation source;  ///< on pictures of the source task that were held out
  std::vector<TargetRun> runs;  ///< seed by seed, all methods on the same examples
  data::DatasetPtr test_set;

  std::vector<double> accuracies(Method method) const;
};

/// Pretrains on the source shapes, then trains on a few examples of the target shapes from scratch,
/// on frozen features, and by full fine-tuning, over several seeds (each with its own examples).
ExperimentResult run_experiment(const ExperimentOptions& options,
                                transfer::TrainObserver& observer);

}  // namespace graft::demo
