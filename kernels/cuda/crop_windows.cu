#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/launch.h"

namespace graft::cuda {
namespace {

struct Geometry {
  int64_t in_rows, in_columns, rows, columns, channels;
};

// A thread moves an element.
template <class Unit>
__global__ void crop(const Unit* pictures, const int64_t* places, Unit* y, int64_t count,
                     Geometry g) {
  for (GridStride i(count); i; i.next()) {
    const int64_t c = i.at % g.channels, pixel = i.at / g.channels;
    const int64_t x = pixel % g.columns, line = pixel / g.columns;
    const int64_t* const place = places + line / g.rows * 4;
    const int64_t row = place[0] * g.in_rows + place[1] + line % g.rows;
    const int64_t column = place[2] + (place[3] == 0 ? x : g.columns - 1 - x);
    y[i.at] = pictures[(row * g.in_columns + column) * g.channels + c];
  }
}

template <class Unit>
void launch_crop(const KernelCtx& ctx, const ConstView& pictures, const int64_t* places,
                 const View& y) {
  const Geometry g{pictures.dim(1), pictures.dim(2), y.dim(1), y.dim(2), y.dim(3)};
  launch(ctx, grid_for(y.numel()), crop<Unit>, pictures.as<Unit>(), places, y.as<Unit>(), y.numel(),
         g);
}

}  // namespace

// Elements are moved, not read: any dtype.
void crop_windows(const KernelCtx& ctx, ConstView pictures, ConstView places, View y) {
  const ConstView from = contiguous_operand(ctx, pictures);
  const int64_t* const place = contiguous_operand(ctx, places).as<int64_t>();
  if (y.numel() == 0) return;
  switch (size_of(y.dtype)) {
    case 1:
      return launch_crop<uint8_t>(ctx, from, place, y);
    case 2:
      return launch_crop<uint16_t>(ctx, from, place, y);
    case 4:
      return launch_crop<uint32_t>(ctx, from, place, y);
    default:
      return launch_crop<uint64_t>(ctx, from, place, y);
  }
}

}  // namespace graft::cuda
