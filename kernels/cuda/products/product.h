// The products behind gemm and linear.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/core/view.h"

namespace graft::cuda {

/// c = act(op(a) op(b) + bias[n]), of rank 2 or, in batches, 3; bias may be absent. cuBLASLt where
/// it has an algorithm for the case, else tiled_product.h.
void product(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
             bool transpose_b, const ConstView& bias, Activation activation, const View& c);

}  // namespace graft::cuda
