#include "graft/optim/sgd.h"

#include "graft/core/dispatch.h"

namespace graft::optim {

Sgd::Sgd(const std::vector<NamedTensor>& parameters, const SgdOptions& options,
         const std::vector<ParameterGroup>& groups)
    : Optimizer(parameters, options.lr, options.weight_decay, groups),
      options_(options),
      has_momentum_(options.momentum != 0) {
  check_rate("sgd", "momentum", options.momentum);
  check_rate("sgd", "dampening", options.dampening);
  check(!options.nesterov || (options.momentum > 0 && options.dampening == 0), ErrorKind::Argument,
        "sgd: Nesterov needs momentum > 0 and no dampening: momentum ", options.momentum,
        " dampening ", options.dampening);
}

void Sgd::set_momentum(double momentum) {
  check_rate("sgd", "momentum", momentum);
  check(has_momentum_, ErrorKind::Argument, "sgd: was made without momentum, cannot set it to ",
        momentum);
  options_.momentum = momentum;
}

std::span<const char* const> Sgd::moment_names() const {
  static constexpr const char* kNames[] = {"momentum"};
  return {kNames, has_momentum_ ? size_t{1} : size_t{0}};
}

void Sgd::update(const Batch& batch) {
  SgdStep step;
  step.lr = batch.rates.lr;
  step.momentum = options_.momentum;
  step.dampening = options_.dampening;
  step.weight_decay = batch.rates.weight_decay;
  step.nesterov = options_.nesterov;
  step.first = batch.rates.step == 1;
  run(slots().sgd_step, TensorList(batch.parameters), TensorList(batch.gradients),
      TensorList(batch.moments[0]), step);
}

}  // namespace graft::optim
