#include "graft/layers/sequential.h"

#include "graft/layers/linear.h"
#include "graft/layers/stateless.h"

namespace graft::layers {
namespace {

Activation activation_of(const Module& module) {
  if (dynamic_cast<const Relu*>(&module)) return Activation::Relu;
  if (dynamic_cast<const Relu6*>(&module)) return Activation::Relu6;
  return Activation::None;
}

}  // namespace

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (size_t i = 0; i < size(); ++i) {
    Module& module = (*this)[i];
    auto* const dense = dynamic_cast<Linear*>(&module);
    const Activation next =
        dense && i + 1 < size() ? activation_of((*this)[i + 1]) : Activation::None;
    if (next == Activation::None) {
      y = module.forward(y);
    } else {
      y = dense->forward(y, next);
      ++i;
    }
  }
  return y;
}

}  // namespace graft::layers
