// For kernels that read whole rows: an operand without gaps.
#pragma once

#include "graft/kernels/cpu/kernels.h"

namespace graft::cpu {

/// `x` itself where it is contiguous (or absent), else a copy in the workspace. Not for use inside
/// a parallel region.
inline ConstView contiguous_operand(const KernelCtx& ctx, const ConstView& x) {
  if (!x || x.contiguous()) return x;
  void* const data = ctx.workspace.take(static_cast<size_t>(x.numel()) * size_of(x.dtype));
  const View dense{{data, x.shape, x.shape.contiguous_strides(), x.dtype}};
  copy(ctx, x, dense);
  return dense;
}

}  // namespace graft::cpu
