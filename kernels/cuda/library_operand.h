// Operands as cuDNN and cuBLASLt take them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

/// Of what a library reads or writes; the plans are chosen for it. An element's own size is not
/// enough: their kernels move 16 bytes at a time.
inline constexpr size_t kLibraryAlignment = 16;

inline bool library_aligned(const void* data) {
  return reinterpret_cast<uintptr_t>(data) % kLibraryAlignment == 0;
}

/// `x` itself where it is contiguous and aligned (or absent), else a copy in the workspace.
inline ConstView library_operand(const KernelCtx& ctx, const ConstView& x) {
  if (!x || (x.contiguous() && library_aligned(x.data))) return x;
  void* const data = ctx.workspace.take(static_cast<size_t>(x.numel()) * size_of(x.dtype));
  const View dense{{data, x.shape, x.shape.contiguous_strides(), x.dtype}};
  copy(ctx, x, dense);
  return dense;
}

}  // namespace graft::cuda
