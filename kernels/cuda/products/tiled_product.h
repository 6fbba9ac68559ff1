// A matrix product of whatever can be loaded by row and column: the one kernel under the products
// and convolutions that no library takes.
//
// A block computes kTile x kTile results in steps of kDepth along the sum; a thread 4 x 4 of them.
// Each result is one chain of additions in the order of the sum, so bits never change.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"

namespace graft::cuda {

inline constexpr int kTile = 64, kDepth = 16, kPerThread = 4;
inline constexpr int kProductThreads = (kTile / kPerThread) * (kTile / kPerThread);

struct ProductExtents {
  int64_t rows, columns, depth, batch;
};

constexpr int64_t tiles_of(int64_t extent) { return ceil_div(extent, kTile); }

/// Left(batch, row, k) and Right(batch, k, column) load an operand, widened; Store(batch, row,
/// column, sum) keeps a result. All three are device functors, asked only within the extents.
template <class Sum, class Left, class Right, class Store>
__global__ void __launch_bounds__(kProductThreads)
    tiled_product(Left left, Right right, Store store, ProductExtents extents) {
  __shared__ Sum a[kDepth][kTile + 1];
  __shared__ Sum b[kDepth][kTile + 1];
  constexpr int kSide = kTile / kPerThread;
  const int thread = static_cast<int>(threadIdx.x);
  const int x = thread % kSide, y = thread / kSide;
  const int64_t row_tiles = tiles_of(extents.rows);
  const int64_t first_row = blockIdx.x % row_tiles * kTile;
  const int64_t first_column = blockIdx.x / row_tiles * kTile;
  for (int64_t batch = blockIdx.y; batch < extents.batch; batch += gridDim.y) {
    Sum sums[kPerThread][kPerThread] = {};
    for (int64_t k0 = 0; k0 < extents.depth; k0 += kDepth) {
      for (int i = thread; i < kTile * kDepth; i += kProductThreads) {
        const int64_t row = first_row + i / kDepth, ka = k0 + i % kDepth;
        a[i % kDepth][i / kDepth] =
            row < extents.rows && ka < extents.depth ? left(batch, row, ka) : Sum(0);
        const int64_t column = first_column + i % kTile, kb = k0 + i / kTile;
        b[i / kTile][i % kTile] =
            column < extents.columns && kb < extents.depth ? right(batch, kb, column) : Sum(0);
      }
      __syncthreads();
      for (int k = 0; k < kDepth; ++k)
        for (int i = 0; i < kPerThread; ++i)
          for (int j = 0; j < kPerThread; ++j)
            sums[i][j] += a[k][y + i * kSide] * b[k][x + j * kSide];
      __syncthreads();
    }
    for (int i = 0; i < kPerThread; ++i) {
      for (int j = 0; j < kPerThread; ++j) {
        const int64_t row = first_row + y + i * kSide, column = first_column + x + j * kSide;
        if (row < extents.rows && column < extents.columns) store(batch, row, column, sums[i][j]);
      }
    }
  }
}

/// Launches it over all results; nothing for an empty result.
template <class Sum, class Left, class Right, class Store>
void run_tiled_product(const KernelCtx& ctx, const Left& left, const Right& right,
                       const Store& store, const ProductExtents& extents) {
  if (extents.rows == 0 || extents.columns == 0 || extents.batch == 0) return;
  const dim3 blocks(static_cast<unsigned>(tiles_of(extents.rows) * tiles_of(extents.columns)),
                    static_cast<unsigned>(std::min(extents.batch, kMostBlocks)));
  launch(ctx, {blocks, kProductThreads}, tiled_product<Sum, Left, Right, Store>, left, right, store,
         extents);
}

}  // namespace graft::cuda
