#include "graft/kernels/inverted_residual_steps.h"

#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

// The expanded tensor goes to memory, as every library's does.
void inverted_residual(const KernelCtx& ctx, ConstView x, ConstView expand, ConstView expand_bias,
                       ConstView depthwise, ConstView depthwise_bias, const Conv2dParams& params,
                       ConstView project, ConstView project_bias, ConstView residual,
                       Activation activation, View y) {
  inverted_residual_in_steps<conv2d_forward>(ctx, x, expand, expand_bias, depthwise, depthwise_bias,
                                             params, project, project_bias, residual, activation,
                                             y);
}

}  // namespace graft::cuda
