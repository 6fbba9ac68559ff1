// Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), with an optional fused
// residual and activation: y = act((x - mean) rstd gamma + beta + residual).
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/ops/channel_moments.h"
#include "graft/core/tensor.h"

namespace graft {

struct BatchNormParams {
  double eps = 1e-5;
  double momentum = 0.1;  ///< running = (1 - momentum) running + momentum batch
  Activation activation = Activation::None;
};

/// On the batch's own statistics. x [...,C]; gamma, beta [C]; residual like x or none. Updates the
/// running statistics [C] in place (unbiased variance, as PyTorch) if they are defined. `moments`:
/// those of x, where they are known.
Tensor batch_norm_train(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                        Tensor running_mean, Tensor running_var, const BatchNormParams& params,
                        const Tensor& residual = {}, const ChannelMoments* moments = nullptr);

/// On stored statistics. With gamma and beta frozen it keeps a [C] scale and nothing of x.
Tensor batch_norm_eval(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                       const Tensor& running_mean, const Tensor& running_var,
                       const BatchNormParams& params, const Tensor& residual = {});

}  // namespace graft
