#include "graft/layers/sequential.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/unary.h"
#include "graft/layers/conv2d.h"
#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"

namespace graft::layers {
namespace {

Activation activation_of(const Module& module) {
  if (dynamic_cast<const Relu*>(&module)) return Activation::Relu;
  if (dynamic_cast<const Relu6*>(&module)) return Activation::Relu6;
  return Activation::None;
}

// The layer and its activation as one; undefined if the layer cannot do so.
Tensor activated(Module& layer, const Tensor& x, Activation activation) {
  if (auto* const dense = dynamic_cast<Linear*>(&layer)) return dense->forward(x, activation);
  if (auto* const conv = dynamic_cast<Conv2d*>(&layer)) return conv->forward(x, activation);
  return {};
}

}  // namespace

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (size_t i = 0; i < size(); ++i) {
    Module& module = (*this)[i];
    const Activation activation = i + 1 < size() ? activation_of((*this)[i + 1]) : Activation::None;
    if (activation == Activation::None) {
      y = module.forward(y);
      continue;
    }
    ++i;
    auto* const pool = i + 1 < size() ? dynamic_cast<MaxPool2d*>(&(*this)[i + 1]) : nullptr;
    const bool recorded = grad_enabled() && (y.requires_grad() || module.wants_gradients());
    if (pool && recorded) {
      // The activations never decrease, so that they may follow a maximum: fewer elements then, in
      // both directions, and of the same gradient.
      y = activate(pool->forward(module.forward(y)), activation);
      ++i;
    } else if (const Tensor fused = activated(module, y, activation); fused.defined()) {
      y = fused;
    } else {
      y = activate(module.forward(y), activation);
    }
  }
  return y;
}

}  // namespace graft::layers
