// The transpose of gather_rows, without atomics: a block adds up one row of the result, from the
// rows that name it, in their order.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

constexpr int kColumns = 4;  // of a thread

template <class T>
__global__ void scatter(const T* x, const int64_t* rows, T* y, int64_t count, int64_t width,
                        int64_t y_rows) {
  __shared__ unsigned match[kBlock / kWarp];  // which of 256 rows go to this one, a bit each
  const int64_t tiles = ceil_div(width, kBlock * kColumns);
  for (int64_t unit = blockIdx.x; unit < y_rows * tiles; unit += gridDim.x) {
    const int64_t row = unit / tiles, first = unit % tiles * kBlock * kColumns + threadIdx.x;
    Compute<T> total[kColumns] = {};
    for (int64_t begin = 0; begin < count; begin += kBlock) {
      const int64_t candidate = begin + threadIdx.x;
      const unsigned found =
          __ballot_sync(0xffffffffu, candidate < count && rows[candidate] == row);
      if (threadIdx.x % kWarp == 0) match[threadIdx.x / kWarp] = found;
      __syncthreads();
      for (int warp = 0; warp < kBlock / kWarp; ++warp)
        for (unsigned left = match[warp]; left != 0; left &= left - 1) {
          const int64_t from = begin + warp * kWarp + __ffs(static_cast<int>(left)) - 1;
          for (int k = 0; k < kColumns; ++k)
            if (const int64_t column = first + k * kBlock; column < width)
              total[k] += widen(x[from * width + column]);
        }
      __syncthreads();
    }
    for (int k = 0; k < kColumns; ++k)
      if (const int64_t column = first + k * kBlock; column < width)
        y[row * width + column] = narrow<T>(total[k]);
  }
}

}  // namespace

void scatter_rows(const KernelCtx& ctx, ConstView x, ConstView rows, View y) {
  const ConstView source = contiguous_operand(ctx, x);
  const int64_t* const index = contiguous_operand(ctx, rows).as<int64_t>();
  if (y.numel() == 0) return;
  const int64_t y_rows = y.dim(0), width = y.numel() / y_rows;
  const int64_t tiles = ceil_div(width, kBlock * kColumns);
  const auto blocks = static_cast<unsigned>(std::min(y_rows * tiles, kMostBlocks));
  with_floating("scatter_rows", y.dtype, [&]<class T>(T) {
    launch(ctx, {blocks}, scatter<T>, source.as<T>(), index, y.as<T>(), x.dim(0), width, y_rows);
  });
}

}  // namespace graft::cuda
