#include "graft/transfer/training/training_recipe.h"

#include <algorithm>
#include <cmath>

#include "graft/optim/adam.h"
#include "graft/optim/sgd.h"

namespace graft::transfer {

std::unique_ptr<optim::Optimizer> make_optimizer(const layers::Network& network,
                                                 const TrainOptions& options) {
  std::vector<optim::ParameterGroup> groups;
  if (options.trunk_lr_scale != 1) {
    groups.push_back({network.head(), 1.0, {}});
    groups.push_back({{"*"}, options.trunk_lr_scale, {}});
  }
  const std::vector<NamedTensor> parameters = network.parameters();
  if (options.optimizer == OptimizerKind::Sgd)
    return std::make_unique<optim::Sgd>(
        parameters,
        optim::SgdOptions{
            .lr = options.lr, .momentum = options.momentum, .weight_decay = options.weight_decay},
        groups);
  return std::make_unique<optim::Adam>(
      parameters, optim::AdamOptions{.lr = options.lr, .weight_decay = options.weight_decay},
      groups,
      options.optimizer == OptimizerKind::AdamW ? optim::WeightDecay::Decoupled
                                                : optim::WeightDecay::L2);
}

optim::Schedule make_schedule(const TrainOptions& options, int64_t steps_per_epoch) {
  optim::Schedule schedule;
  schedule.lr = options.lr;
  schedule.total_steps = std::max<int64_t>(1, options.epochs * steps_per_epoch);
  schedule.warmup_steps =
      std::llround(options.warmup_epochs * static_cast<double>(steps_per_epoch));
  switch (options.schedule) {
    case ScheduleKind::Constant:
      schedule.curve = optim::ConstantCurve{};
      break;
    case ScheduleKind::Step:
      schedule.curve = optim::StepCurve{std::max<int64_t>(1, schedule.total_steps / 3), 0.1};
      break;
    case ScheduleKind::Cosine:
      schedule.curve = optim::CosineCurve{};
      break;
    case ScheduleKind::OneCycle:
      schedule.curve = optim::OneCycleCurve{};
      break;
  }
  return schedule;
}

}  // namespace graft::transfer
