// The product for any strides, element type and epilogue, without a library.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/kernels/cuda/products/matrix.h"

namespace graft::cuda {

/// c = act(a b + bias[columns]), c contiguous [rows,columns] or [batch,rows,columns]; bias
/// contiguous or absent.
void general_product(const KernelCtx& ctx, const StridedMatrix& a, const StridedMatrix& b,
                     const ConstView& bias, Activation activation, const View& c);

}  // namespace graft::cuda
