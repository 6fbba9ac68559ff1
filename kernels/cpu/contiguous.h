// For kernels that read whole rows: an operand without gaps.
#pragma once

#include "graft/kernels/contiguous.h"
#include "graft/kernels/cpu/kernels.h"

namespace graft::cpu {

/// `x` itself where it is contiguous (or absent), else a copy in the workspace. Not for use inside
/// a parallel region.
inline ConstView contiguous_operand(const KernelCtx& ctx, const ConstView& x) {
  return contiguous_by(copy, ctx, x);
}

}  // namespace graft::cpu
