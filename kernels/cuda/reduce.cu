// Sums and maxima along axes. What is reduced is cut into pieces where there are few outputs, so
// that the whole device finds work; the pieces' results are combined by a second launch. Borders
// depend on the shape alone.
#include <algorithm>
#include <limits>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/device/block_reduce.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/cuda/device/strided.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/reduce_plan.h"

namespace graft::cuda {
namespace {

constexpr int64_t kManyOutputs = 1024;  // enough to fill a device without pieces
constexpr int64_t kPiece = 4096;        // elements, at least
constexpr int64_t kMostPieces = 512;

struct Reduction {
  Strided<2> kept;     // x, y
  Strided<1> reduced;  // x
  int64_t columns, x_column, y_column;
  int64_t piece, pieces;

  __host__ __device__ int64_t outputs() const { return kept.count * columns; }
};

// Where the result of an output and piece goes: straight into y if there is one piece, else into
// partial[piece][output].
__device__ inline int64_t place(const Reduction& r, int64_t kept_y, int64_t output, int64_t piece) {
  return r.pieces == 1 ? kept_y + output % r.columns * r.y_column : piece * r.outputs() + output;
}

// One column: `kLanes` neighbouring threads (a warp, or the block) for each output and piece.
template <int kLanes, class Combine, class From, class To>
__global__ void reduce_rows(const From* x, To* y, Reduction r, Compute<From> identity) {
  constexpr int kRows = kBlock / kLanes;
  const int lane = threadIdx.x % kLanes;
  const int64_t units = r.outputs() * r.pieces;
  for (int64_t first = int64_t{blockIdx.x} * kRows; first < units;
       first += int64_t{gridDim.x} * kRows) {
    const int64_t unit = first + threadIdx.x / kLanes;
    const bool inside = unit < units;
    const int64_t output = unit % r.outputs(), piece = unit / r.outputs();
    const Offsets<2> at = inside ? r.kept.offsets(output) : Offsets<2>{};
    const int64_t end = inside ? min((piece + 1) * r.piece, r.reduced.count) : 0;
    Compute<From> total = identity;
    for (int64_t i = piece * r.piece + lane; i < end; i += kLanes)
      total = Combine::combine(total, widen(x[at.of[0] + r.reduced.offsets(i).of[0]]));
    if constexpr (kLanes == kWarp)
      total = warp_reduce<Combine>(total);
    else
      total = block_reduce<kLanes, Combine>(total);
    if (inside && lane == 0) y[place(r, at.of[1], output, piece)] = narrow<To>(total);
  }
}

constexpr int kStrips = kBlock / kWarp;

// Many columns: a block for 32 neighbouring outputs and a piece, each of its warps with every
// eighth row.
template <class Combine, class From, class To>
__global__ void reduce_columns(const From* x, To* y, Reduction r, Compute<From> identity) {
  __shared__ Compute<From> of_strip[kStrips][kWarp];
  const int64_t tiles = ceil_div(r.columns, kWarp);
  for (int64_t unit = blockIdx.x; unit < tiles * r.kept.count * r.pieces; unit += gridDim.x) {
    const int64_t column = unit % tiles * kWarp + threadIdx.x;
    const int64_t row = unit / tiles % r.kept.count, piece = unit / tiles / r.kept.count;
    const Offsets<2> at = r.kept.offsets(row);
    const int64_t end = min((piece + 1) * r.piece, r.reduced.count);
    Compute<From> total = identity;
    if (column < r.columns)
      for (int64_t i = piece * r.piece + threadIdx.y; i < end; i += kStrips)
        total = Combine::combine(
            total, widen(x[at.of[0] + column * r.x_column + r.reduced.offsets(i).of[0]]));
    of_strip[threadIdx.y][threadIdx.x] = total;
    __syncthreads();
    if (threadIdx.y == 0 && column < r.columns) {
      for (int strip = 1; strip < kStrips; ++strip)
        total = Combine::combine(total, of_strip[strip][threadIdx.x]);
      y[place(r, at.of[1], row * r.columns + column, piece)] = narrow<To>(total);
    }
    __syncthreads();
  }
}

template <class Combine, class From, class To>
void launch_reduction(const KernelCtx& ctx, const Reduction& r, const From* x, To* y,
                      Compute<From> identity) {
  const auto blocks = [](int64_t units) {
    return static_cast<unsigned>(std::min(units, kMostBlocks));
  };
  const int64_t units = r.outputs() * r.pieces;
  if (r.columns > 1) {
    const int64_t tiles = ceil_div(r.columns, kWarp) * r.kept.count * r.pieces;
    launch(ctx, {blocks(tiles), dim3(kWarp, kStrips)}, reduce_columns<Combine, From, To>, x, y, r,
           identity);
  } else if (std::min(r.piece, r.reduced.count) <= 1024) {
    launch(ctx, {blocks(ceil_div(units, kStrips))}, reduce_rows<kWarp, Combine, From, To>, x, y, r,
           identity);
  } else {
    launch(ctx, {blocks(units)}, reduce_rows<kBlock, Combine, From, To>, x, y, r, identity);
  }
}

// partial[pieces][outputs] as the columns of rows to be reduced into y.
Reduction over_pieces(const Reduction& r) {
  Reduction last = r;
  last.reduced = {};
  last.reduced.rank = 1;
  last.reduced.count = last.reduced.extent[0] = last.piece = r.pieces;
  last.reduced.stride[0][0] = r.outputs();
  last.pieces = 1;
  last.x_column = 1;
  int64_t step = r.columns;  // of the kept axes in partial
  for (int axis = last.kept.rank - 1; axis >= 0; --axis) {
    last.kept.stride[axis][0] = step;
    step *= last.kept.extent[axis];
  }
  return last;
}

template <class Combine, class T>
void reduce_all(const KernelCtx& ctx, const ReducePlan& plan, const T* x, T* y,
                Compute<T> identity) {
  Reduction r{strided(plan.kept),
              strided(plan.reduced),
              plan.columns,
              plan.x_column,
              plan.y_column,
              plan.reduced.count,
              1};
  if (r.outputs() == 0) return;
  if (r.outputs() < kManyOutputs) {
    const int64_t rows = std::max<int64_t>(1, kPiece / std::min<int64_t>(plan.columns, kWarp));
    const int64_t pieces = std::min(kMostPieces, ceil_div(r.reduced.count, rows));
    r.piece = std::max<int64_t>(1, ceil_div(r.reduced.count, std::max<int64_t>(1, pieces)));
    r.pieces = std::max<int64_t>(1, ceil_div(r.reduced.count, r.piece));
  }
  if (r.pieces == 1) return launch_reduction<Combine>(ctx, r, x, y, identity);
  auto* const partial = ctx.workspace.take_array<Compute<T>>(r.outputs() * r.pieces);
  launch_reduction<Combine>(ctx, r, x, partial, identity);
  launch_reduction<Combine>(ctx, over_pieces(r), static_cast<const Compute<T>*>(partial), y,
                            identity);
}

}  // namespace

void reduce(const KernelCtx& ctx, ReduceKind kind, ConstView x, View y) {
  const ReducePlan plan(x, y);
  with_floating("reduce", x.dtype, [&]<class T>(T) {
    using Limits = std::numeric_limits<Compute<T>>;
    if (kind == ReduceKind::Sum)
      reduce_all<SumOf>(ctx, plan, x.as<T>(), y.as<T>(), Compute<T>(0));
    else
      reduce_all<MaxOf>(ctx, plan, x.as<T>(), y.as<T>(), -Limits::infinity());
  });
}

}  // namespace graft::cuda
