// The products behind gemm, linear and linear_weight_grad.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/core/view.h"

namespace graft::cuda {

/// c = act(op(a) op(b) + bias[n]), of rank 2 or, in batches, 3; bias may be absent. cuBLASLt where
/// it has an algorithm for the case, else tiled_product.h.
void product(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
             bool transpose_b, const ConstView& bias, Activation activation, const View& c);

/// c = op(a) op(b) of rank 2 and sums[m] = the sums of op(a)'s rows, at once, if cuBLASLt has an
/// algorithm for that. False: nothing was done.
bool product_with_sums(const KernelCtx& ctx, const ConstView& a, bool transpose_a,
                       const ConstView& b, bool transpose_b, const View& sums, const View& c);

}  // namespace graft::cuda
