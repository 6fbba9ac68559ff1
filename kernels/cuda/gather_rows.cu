#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/pack.h"

namespace graft::cuda {
namespace {

// In units as wide as rows and addresses allow.
template <class Unit>
__global__ void gather(const Unit* x, const int64_t* rows, Unit* y, int64_t count, int64_t width) {
  for (GridStride i(count * width); i; i.next())
    y[i.at] = x[rows[i.at / width] * width + i.at % width];
}

template <class Unit>
void launch_gather(const KernelCtx& ctx, const ConstView& x, const int64_t* rows, const View& y,
                   int64_t bytes) {
  const int64_t count = y.dim(0), width = bytes / static_cast<int64_t>(sizeof(Unit));
  launch(ctx, grid_for(count * width), gather<Unit>, x.as<Unit>(), rows, y.as<Unit>(), count,
         width);
}

}  // namespace

// Elements are moved, not read: any dtype.
void gather_rows(const KernelCtx& ctx, ConstView x, ConstView rows, View y) {
  const ConstView from = contiguous_operand(ctx, x);
  const int64_t* const index = contiguous_operand(ctx, rows).as<int64_t>();
  if (y.numel() == 0) return;
  const int64_t bytes = y.numel() / y.dim(0) * static_cast<int64_t>(size_of(y.dtype));
  const uintptr_t borders = reinterpret_cast<uintptr_t>(from.data) |
                            reinterpret_cast<uintptr_t>(y.data) | static_cast<uintptr_t>(bytes);
  if (borders % 16 == 0)
    launch_gather<Pack<uint32_t>>(ctx, from, index, y, bytes);
  else if (borders % 4 == 0)
    launch_gather<uint32_t>(ctx, from, index, y, bytes);
  else if (borders % 2 == 0)
    launch_gather<uint16_t>(ctx, from, index, y, bytes);
  else
    launch_gather<uint8_t>(ctx, from, index, y, bytes);
}

}  // namespace graft::cuda
