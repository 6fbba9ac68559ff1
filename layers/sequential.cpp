#include "graft/layers/sequential.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/unary.h"

namespace graft::layers {

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (size_t i = 0; i < size(); ++i) {
    Module& module = (*this)[i];
    const Activation activation =
        i + 1 < size() ? (*this)[i + 1].as_activation() : Activation::None;
    if (activation == Activation::None) {
      y = module.forward(y);
      continue;
    }
    ++i;
    Module* const pool =
        i + 1 < size() && (*this)[i + 1].takes_maxima() ? &(*this)[i + 1] : nullptr;
    const bool recorded = grad_enabled() && (y.requires_grad() || module.wants_gradients());
    if (pool && recorded) {
      // The activation after the maxima: fewer elements, in both directions, and of the same
      // gradient.
      y = activate(pool->forward(module.forward(y)), activation);
      ++i;
    } else {
      y = module.forward_activated(y, activation);
    }
  }
  return y;
}

}  // namespace graft::layers
