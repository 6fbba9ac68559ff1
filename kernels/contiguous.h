// An operand without gaps, on any device.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"

namespace graft {

/// `x` itself where it is contiguous (or absent), else a copy in the workspace, made by the
/// device's kernel `copy`.
inline ConstView contiguous_by(void (*copy)(const KernelCtx&, ConstView, View),
                               const KernelCtx& ctx, const ConstView& x) {
  if (!x || x.contiguous()) return x;
  void* const data = ctx.workspace.take(static_cast<size_t>(x.numel()) * size_of(x.dtype));
  const View dense{{data, x.shape, x.shape.contiguous_strides(), x.dtype}};
  copy(ctx, x, dense);
  return dense;
}

}  // namespace graft
