// For kernels that read whole rows: an operand without gaps.
#pragma once

#include "graft/kernels/contiguous.h"
#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

/// `x` itself where it is contiguous (or absent), else a copy in the workspace.
inline ConstView contiguous_operand(const KernelCtx& ctx, const ConstView& x) {
  return contiguous_by(copy, ctx, x);
}

}  // namespace graft::cuda
