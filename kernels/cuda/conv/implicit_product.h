// Convolutions as products whose matrices are never written down: for any case that no library
// takes.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cuda/conv/convolution_case.h"

namespace graft::cuda {

/// Runs the case, epilogue included. Operands as in dnn/convolution.h: those that the pass writes
/// and reads, contiguous.
void implicit_convolution(const KernelCtx& ctx, const ConvolutionCase& of, const void* x,
                          const void* w, const void* bias, const void* residual, const void* y);

}  // namespace graft::cuda
