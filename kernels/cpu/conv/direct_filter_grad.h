// The gradient towards a filter on few channels, as sums of outer products: of what a window reads,
// element by element where it lies, and the gradient's vectors. Packing either side for a product
// would cost more than the product.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

/// From the geometry of the forward pass: does a vector hold more than a pixel's channels?
bool direct_filter_grad_applies(const Correlation& c);

/// dw [groups][columns][rows][cols][channels], of dense x and dy.
void direct_filter_grad(const KernelCtx& ctx, const Correlation& c, const float* x, const float* dy,
                        float* dw);

}  // namespace graft::cpu
