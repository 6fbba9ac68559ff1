// The numbers an optimizer step multiplies with, worked out once a step; one source for CPU and
// CUDA.
#pragma once

#include <cmath>

#include "graft/core/optim_steps.h"

namespace graft {

/// g' = g + decay w; v = keep v + take g'; w -= lr (ahead g' + along v).
template <class T>
struct SgdCoefficients {
  T lr, decay, keep, take, ahead, along;
};

/// g' = g + decay w; m += take1 (g' - m); v = beta2 v + take2 g'^2;
/// w = keep w - rate m / (sqrt(v) / root + eps).
template <class T>
struct AdamCoefficients {
  T decay, take1, beta2, take2, keep, rate, root, eps;
};

template <class T>
SgdCoefficients<T> coefficients(const SgdStep& step) {
  const auto momentum = static_cast<T>(step.momentum);
  // A buffer that holds nothing yet takes the whole gradient, as in PyTorch.
  return {static_cast<T>(step.lr),      static_cast<T>(step.weight_decay),
          step.first ? T(0) : momentum, step.first ? T(1) : static_cast<T>(1 - step.dampening),
          step.nesterov ? T(1) : T(0),  step.nesterov ? momentum : T(1)};
}

template <class T>
AdamCoefficients<T> coefficients(const AdamStep& step) {
  const auto n = static_cast<double>(step.step);
  const double correction1 = 1 - std::pow(step.beta1, n), correction2 = 1 - std::pow(step.beta2, n);
  return {static_cast<T>(step.decoupled ? 0.0 : step.weight_decay),
          static_cast<T>(1 - step.beta1),
          static_cast<T>(step.beta2),
          static_cast<T>(1 - step.beta2),
          static_cast<T>(step.decoupled ? 1 - step.lr * step.weight_decay : 1.0),
          static_cast<T>(step.lr / correction1),
          static_cast<T>(std::sqrt(correction2)),
          static_cast<T>(step.eps)};
}

}  // namespace graft
