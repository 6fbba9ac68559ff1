#include "graft/core/op_params.h"
#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

// Three convolutions: the expanded tensor goes to memory, as every library's does.
void inverted_residual(const KernelCtx& ctx, ConstView x, ConstView expand, ConstView expand_bias,
                       ConstView depthwise, ConstView depthwise_bias, const Conv2dParams& params,
                       ConstView project, ConstView project_bias, ConstView residual,
                       Activation activation, View y) {
  Workspace scratch = ctx.workspace.nested();
  const auto temporary = [&](const Shape& shape) {
    void* const data = scratch.take(static_cast<size_t>(shape.numel()) * size_of(x.dtype));
    return View{{data, shape, shape.contiguous_strides(), x.dtype}};
  };
  ConstView expanded = x;
  if (expand) {
    const View wide = temporary({x.dim(0), x.dim(1), x.dim(2), expand.dim(0)});
    conv2d_forward(ctx, x, expand, expand_bias, {}, activation, wide, {}, Precision::Full, {}, {});
    expanded = wide;
  }
  const View filtered = temporary({y.dim(0), y.dim(1), y.dim(2), depthwise.dim(0)});
  conv2d_forward(ctx, expanded, depthwise, depthwise_bias, {}, activation, filtered, params,
                 Precision::Full, {}, {});
  conv2d_forward(ctx, filtered, project, project_bias, residual, Activation::None, y, {},
                 Precision::Full, {}, {});
}

}  // namespace graft::cuda
