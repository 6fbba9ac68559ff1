// The slot inverted_residual as three convolutions, for whoever has no kernel for all at once, or
// where it would not pay.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/core/view.h"

namespace graft {

/// Operands and result of the slot; kConv2dForward is the device's kernel of that slot. The tensors
/// between the steps are scratch.
template <auto kConv2dForward>
void inverted_residual_in_steps(const KernelCtx& ctx, ConstView x, ConstView expand,
                                ConstView expand_bias, ConstView depthwise,
                                ConstView depthwise_bias, const Conv2dParams& params,
                                ConstView project, ConstView project_bias, ConstView residual,
                                Activation activation, View y) {
  Workspace scratch = ctx.workspace.nested();
  const auto temporary = [&](const Shape& shape) {
    void* const data = scratch.take(static_cast<size_t>(shape.numel()) * size_of(y.dtype));
    return View{{data, shape, shape.contiguous_strides(), y.dtype}};
  };
  const int64_t hidden = depthwise.dim(0);
  if (expand) {
    const View expanded = temporary({x.dim(0), x.dim(1), x.dim(2), hidden});
    kConv2dForward(ctx, x, expand, expand_bias, {}, activation, expanded, {}, Precision::Full, {},
                   {});
    x = expanded;
  }
  const View filtered = temporary({y.dim(0), y.dim(1), y.dim(2), hidden});
  kConv2dForward(ctx, x, depthwise, depthwise_bias, {}, activation, filtered, params,
                 Precision::Full, {}, {});
  kConv2dForward(ctx, filtered, project, project_bias, residual, Activation::None, y, {},
                 Precision::Full, {}, {});
}

}  // namespace graft
