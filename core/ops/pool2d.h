// Pooling over windows of [N,H,W,C], and over the whole image.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// Largest element per window; the gradient goes to the first maximum. Keeps an i32 index like y.
Tensor max_pool2d(const Tensor& x, const Pool2dParams& params);
/// The family max pooling differentiates into: y = x at index; dx [of shape input] at index += g.
Tensor max_pool2d_gather(const Tensor& x, const Tensor& index);
Tensor max_pool2d_scatter(const Tensor& g, const Tensor& index, const Shape& input);

Tensor avg_pool2d(const Tensor& x, const Pool2dParams& params);
Tensor avg_pool2d_grad(const Tensor& g, const Shape& input, const Pool2dParams& params);

/// Mean over H and W: [N,H,W,C] -> [N,C].
Tensor global_avg_pool2d(const Tensor& x);

}  // namespace graft
