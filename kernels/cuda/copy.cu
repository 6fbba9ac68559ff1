// Copies between any layouts and dtypes. Dense runs go in packs; a transpose goes through tiles in
// shared memory, so that both sides are read and written in runs; the rest element by element.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/pack.h"
#include "graft/kernels/cuda/device/strided.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/transpose_plan.h"

namespace graft::cuda {
namespace {

template <class To, class From>
__device__ To converted(From x) {
  if constexpr (std::is_same_v<To, From>)
    return x;
  else
    return convert_element<To>(x);
}

// Elements of an access that is at most 16 bytes wide on either side.
template <class To, class From>
constexpr int kWide = std::min(kPackSize<To>, kPackSize<From>);

template <class To, class From>
__global__ void copy_packs(const From* x, To* y, int64_t count) {
  constexpr int kSize = kWide<To, From>;
  const auto whole = [&](int64_t i) {
    const Pack<From, kSize> from = load_pack<kSize>(x + i);
    Pack<To, kSize> to;
    for (int k = 0; k < kSize; ++k) to.lane[k] = converted<To>(from.lane[k]);
    store_pack<kSize>(y + i, to);
  };
  for_packs<kSize>(count, whole, [&](int64_t i) { y[i] = converted<To>(x[i]); });
}

template <class To, class From>
__global__ void copy_strided(const From* x, To* y, Strided<2> plan) {
  for (GridStride i(plan.count); i; i.next()) {
    const Offsets<2> at = plan.offsets(i.at);
    y[at.of[1]] = converted<To>(x[at.of[0]]);
  }
}

template <class To, class From>
void copy_elements(const KernelCtx& ctx, const CopyPlan& plan, const From* x, To* y) {
  if (dense(plan) && pack_aligned(x, y))
    launch(ctx, grid_for_packs<kWide<To, From>>(plan.count), copy_packs<To, From>, x, y,
           plan.count);
  else
    launch(ctx, grid_for(plan.count), copy_strided<To, From>, x, y, strided(plan));
}

constexpr int kTile = 32, kTileRows = 8;

// A TransposePlan whose batch a kernel can walk.
struct Transpose {
  Strided<2> batch;
  int64_t rows, columns, x_column, y_row;
  explicit Transpose(const TransposePlan& plan)
      : batch(strided(plan.batch)),
        rows(plan.rows),
        columns(plan.columns),
        x_column(plan.x_column),
        y_row(plan.y_row) {}
  __host__ __device__ int64_t row_tiles() const { return ceil_div(rows, kTile); }
  __host__ __device__ int64_t column_tiles() const { return ceil_div(columns, kTile); }
  __host__ __device__ int64_t tiles() const { return batch.count * row_tiles() * column_tiles(); }
};

template <class T>
__global__ void copy_transposed(const T* x, T* y, Transpose t) {
  __shared__ T tile[kTile][kTile + 1];  // one more: columns fall into different banks
  for (int64_t number = blockIdx.x; number < t.tiles(); number += gridDim.x) {
    const int64_t of_batch = number / t.column_tiles();
    const int64_t column = number % t.column_tiles() * kTile;
    const int64_t row = of_batch % t.row_tiles() * kTile;
    const Offsets<2> at = t.batch.offsets(of_batch / t.row_tiles());
    for (int k = threadIdx.y; k < kTile; k += kTileRows)
      if (row + threadIdx.x < t.rows && column + k < t.columns)
        tile[k][threadIdx.x] = x[at.of[0] + row + threadIdx.x + (column + k) * t.x_column];
    __syncthreads();
    for (int k = threadIdx.y; k < kTile; k += kTileRows)
      if (row + k < t.rows && column + threadIdx.x < t.columns)
        y[at.of[1] + (row + k) * t.y_row + column + threadIdx.x] = tile[threadIdx.x][k];
    __syncthreads();
  }
}

}  // namespace

void copy(const KernelCtx& ctx, ConstView x, View y) {
  const auto plan = plan_loop<2>(x.shape, {x.strides, y.strides});
  if (x.dtype != y.dtype) {
    with_dtype(x.dtype, [&]<class From>(From) {
      with_dtype(y.dtype,
                 [&]<class To>(To) { copy_elements<To>(ctx, plan, x.as<From>(), y.as<To>()); });
    });
    return;
  }
  with_width(x.dtype, [&]<class T>(T) {
    if (const std::optional<int> axis = transposed_axis(plan)) {
      const Transpose t{TransposePlan(plan, *axis)};
      const auto blocks = static_cast<unsigned>(std::min(t.tiles(), kMostBlocks));
      launch(ctx, {blocks, dim3(kTile, kTileRows)}, copy_transposed<T>, x.as<T>(), y.as<T>(), t);
    } else {
      copy_elements<T>(ctx, plan, x.as<T>(), y.as<T>());
    }
  });
}

}  // namespace graft::cuda
