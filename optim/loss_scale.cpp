#include "graft/optim/loss_scale.h"

#include <cmath>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/binary.h"
#include "graft/optim/clip.h"

namespace graft::optim {

LossScale::LossScale(const LossScaleOptions& options)
    : options_(options), factor_(options.initial) {
  check(std::isfinite(options.initial) && options.initial > 0, ErrorKind::Argument,
        "loss scale: initial factor must be > 0, not ", options.initial);
  check(options.growth >= 1, ErrorKind::Argument, "loss scale: growth must be >= 1, not ",
        options.growth);
  check(options.backoff > 0 && options.backoff <= 1, ErrorKind::Argument,
        "loss scale: backoff must be in (0, 1], not ", options.backoff);
  check(options.interval > 0, ErrorKind::Argument, "loss scale: interval must be > 0, not ",
        options.interval);
  check(options.smallest > 0, ErrorKind::Argument, "loss scale: smallest factor must be > 0, not ",
        options.smallest);
}

Tensor LossScale::scaled(const Tensor& loss) const { return mul(loss, factor_); }

bool LossScale::unscale(const std::vector<NamedTensor>& parameters) {
  const NoGrad no_grad;
  if (!gradients_finite(parameters)) {
    for (NamedTensor named : parameters)
      if (named.tensor.grad().defined()) named.tensor.set_grad({});
    check(factor_ * options_.backoff >= options_.smallest, ErrorKind::NotFinite,
          "loss scale: gradients hold NaN or infinity at every factor down to ", factor_);
    factor_ *= options_.backoff;
    steps_ = 0;
    return false;
  }
  for (NamedTensor named : parameters)
    if (named.tensor.grad().defined()) named.tensor.set_grad(mul(named.tensor.grad(), 1 / factor_));
  if (++steps_ == options_.interval) {
    factor_ *= options_.growth;
    steps_ = 0;
  }
  return true;
}

void LossScale::restore(double factor, int64_t steps) {
  check(std::isfinite(factor) && factor > 0 && steps >= 0, ErrorKind::Argument,
        "loss scale: cannot restore factor ", factor, " after ", steps, " steps");
  factor_ = factor;
  steps_ = steps;
}

}  // namespace graft::optim
