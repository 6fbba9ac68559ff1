#include "graft/tools/demo/experiment.h"

#include "graft/models/cifar_resnet.h"
#include "graft/tools/demo/drawing.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/training/snapshot.h"

namespace graft::demo {
namespace {

constexpr int kDepth = 8;
constexpr int64_t kBatch = 32;

// Seeds of the drawings; apart, so that no picture is in two sets.
enum Drawing : uint64_t { kSourceTrain = 1, kSourceTest, kTargetTest, kTargetTrain };

std::unique_ptr<layers::Network> new_network(size_t classes, uint64_t seed, Device device) {
  const models::ModelOptions options{static_cast<int64_t>(classes), seed, ""};
  auto network = models::make_cifar_resnet(kDepth, options);
  initialise(*network, seed);
  network->to(device);
  return network;
}

transfer::TrainOptions target_options(Method method, const ExperimentOptions& options,
                                      uint64_t seed) {
  transfer::TrainOptions train;
  train.epochs = options.target_epochs;
  train.batch = 16;
  train.seed = seed;
  train.precision = options.precision;
  train.weight_decay = 1e-4;
  train.lr = method == Method::Frozen ? 0.1 : method == Method::Scratch ? 0.05 : 0.02;
  return train;
}

}  // namespace

const char* to_string(Method method) {
  switch (method) {
    case Method::Scratch:
      return "from scratch";
    case Method::Frozen:
      return "frozen features";
    case Method::FineTuned:
      return "fine-tuned";
  }
  return "?";
}

std::vector<double> ExperimentResult::accuracies(Method method) const {
  std::vector<double> values;
  for (const TargetRun& run : runs)
    if (run.method == method) values.push_back(100 * run.test.score.accuracy());
  return values;
}

ExperimentResult run_experiment(const ExperimentOptions& options,
                                transfer::TrainObserver& observer) {
  ExperimentResult result;
  const uint64_t base = options.seed * 1000;

  const auto source = draw_dataset(source_shapes(), options.source_per_class, base + kSourceTrain);
  const auto source_test = draw_dataset(source_shapes(), 20, base + kSourceTest);
  const auto trunk = new_network(source_shapes().size(), options.seed, options.device);
  transfer::TrainOptions pretraining;
  pretraining.epochs = options.source_epochs;
  pretraining.batch = kBatch;
  pretraining.lr = 0.1;
  pretraining.weight_decay = 1e-4;
  pretraining.seed = options.seed;
  pretraining.precision = options.precision;
  observer.on_note("pretraining on " + std::to_string(source->size()) + " drawn pictures of " +
                   std::to_string(source_shapes().size()) + " shapes");
  result.pretraining =
      transfer::train(*trunk, source, nullptr, trunk->preprocess, pretraining, &observer);
  if (result.pretraining.interrupted) return result;
  result.source = transfer::evaluate(*trunk, source_test, trunk->preprocess, kBatch).score;
  const transfer::Snapshot pretrained(*trunk);

  result.test_set = draw_dataset(target_shapes(), options.test_per_class, base + kTargetTest);
  for (int i = 0; i < options.seeds; ++i) {
    const uint64_t seed = base + kTargetTrain + static_cast<uint64_t>(i);
    const auto examples = draw_dataset(target_shapes(), options.target_per_class, seed);
    for (const Method method : kMethods) {
      observer.on_note(std::string(to_string(method)) + ", seed " + std::to_string(i));
      auto network = new_network(source_shapes().size(), seed, options.device);
      if (method != Method::Scratch) pretrained.restore(*network);
      network->reset_head(static_cast<int64_t>(target_shapes().size()), seed);
      if (method == Method::Frozen) transfer::freeze(*network, "trunk");
      TargetRun run{method, seed, {}, {}};
      run.training = transfer::train(*network, examples, nullptr, network->preprocess,
                                     target_options(method, options, seed), &observer);
      if (run.training.interrupted) return result;
      run.test = transfer::evaluate(*network, result.test_set, network->preprocess, kBatch);
      result.runs.push_back(std::move(run));
    }
  }
  return result;
}

}  // namespace graft::demo
