#include "graft/optim/adam.h"

#include "graft/core/dispatch.h"

namespace graft::optim {
namespace {

void check_beta(const char* which, double beta) {
  check(beta >= 0 && beta < 1, ErrorKind::Argument, "adam: ", which, " must be in [0, 1), not ",
        beta);
}

}  // namespace

Adam::Adam(const std::vector<NamedTensor>& parameters, const AdamOptions& options,
           const std::vector<ParameterGroup>& groups, WeightDecay kind)
    : Optimizer(parameters, options.lr, options.weight_decay, groups),
      options_(options),
      kind_(kind) {
  check_beta("beta1", options.beta1);
  check_beta("beta2", options.beta2);
  check_rate("adam", "eps", options.eps);
}

void Adam::set_momentum(double momentum) {
  check_beta("beta1", momentum);
  options_.beta1 = momentum;
}

std::span<const char* const> Adam::moment_names() const {
  static constexpr const char* kNames[] = {"first_moment", "second_moment"};
  return kNames;
}

void Adam::update(const Batch& batch) {
  AdamStep step;
  step.lr = batch.rates.lr;
  step.beta1 = options_.beta1;
  step.beta2 = options_.beta2;
  step.eps = options_.eps;
  step.weight_decay = batch.rates.weight_decay;
  step.decoupled = kind_ == WeightDecay::Decoupled;
  step.step = batch.rates.step;
  run(slots().adam_step, TensorList(batch.parameters), TensorList(batch.gradients),
      TensorList(batch.moments[0]), TensorList(batch.moments[1]), step);
}

}  // namespace graft::optim
