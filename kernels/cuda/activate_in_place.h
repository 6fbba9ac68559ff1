// An activation as a pass of its own, where a library that fuses it would lose NaN or speed.
#pragma once

#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

/// y = act(y); NaN stays NaN.
inline void activate_in_place(const KernelCtx& ctx, const View& y, Activation activation) {
  if (activation == Activation::None) return;
  unary(ctx, activation == Activation::Relu ? UnaryKind::Relu : UnaryKind::Relu6, y, y);
}

}  // namespace graft::cuda
