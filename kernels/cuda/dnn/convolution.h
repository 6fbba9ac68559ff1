// Convolutions by cuDNN.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cuda/conv/convolution_case.h"

namespace graft::cuda {

/// Runs the case if cuDNN has an engine for it and all operands are library_aligned(). False:
/// nothing was done. All operands contiguous; bias and residual may be absent, as the case says.
bool dnn_convolution(const KernelCtx& ctx, const ConvolutionCase& of, const void* x, const void* w,
                     const void* bias, const void* residual, const void* y);

}  // namespace graft::cuda
