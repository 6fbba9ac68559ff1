// Convolution and batch normalisation as one step of training.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/ops/batch_norm.h"
#include "graft/core/tensor.h"

namespace graft {

/// batch_norm_train(conv2d(x, weight), ...) with the statistics of the convolution's result taken
/// while a kernel writes it, instead of by a pass over memory. To autograd it is these two
/// operations.
Tensor conv2d_batch_norm_train(const Tensor& x, const Tensor& weight, const Tensor& gamma,
                               const Tensor& beta, const Tensor& running_mean,
                               const Tensor& running_var, const Conv2dParams& conv,
                               const BatchNormParams& norm, const Tensor& residual = {});

}  // namespace graft
