// Step 3: a thread computes 8 x 8 results in registers. For 64 multiply-adds it reads 16 numbers of
// shared memory, where step 2 read 128.
#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kTile = 128, kDepth = 8, kSquare = 8;
constexpr int kSide = kTile / kSquare, kThreads = kSide * kSide;

__global__ void __launch_bounds__(kThreads)
    register_blocked(const float* a, const float* b, float* c, int64_t m, int64_t n, int64_t k) {
  __shared__ float tile_a[kDepth][kTile];
  __shared__ float tile_b[kDepth][kTile];
  const int thread = static_cast<int>(threadIdx.x), x = thread % kSide, y = thread / kSide;
  const int64_t first_row = int64_t{blockIdx.x} * kTile, first_column = int64_t{blockIdx.y} * kTile;
  float sums[kSquare][kSquare] = {};
  for (int64_t k0 = 0; k0 < k; k0 += kDepth) {
    for (int i = thread; i < kTile * kDepth; i += kThreads) {
      const int64_t row = first_row + i / kDepth, ka = k0 + i % kDepth;
      tile_a[i % kDepth][i / kDepth] = row < m && ka < k ? a[row * k + ka] : 0.0f;
      const int64_t column = first_column + i % kTile, kb = k0 + i / kTile;
      tile_b[i / kTile][i % kTile] = column < n && kb < k ? b[kb * n + column] : 0.0f;
    }
    __syncthreads();
    for (int d = 0; d < kDepth; ++d) {
      float column_of_a[kSquare], row_of_b[kSquare];
      for (int i = 0; i < kSquare; ++i) column_of_a[i] = tile_a[d][y * kSquare + i];
      // Strided by the side of the block: the threads of a warp read neighbours.
      for (int j = 0; j < kSquare; ++j) row_of_b[j] = tile_b[d][x + j * kSide];
      for (int i = 0; i < kSquare; ++i)
        for (int j = 0; j < kSquare; ++j) sums[i][j] += column_of_a[i] * row_of_b[j];
    }
    __syncthreads();
  }
  for (int i = 0; i < kSquare; ++i) {
    for (int j = 0; j < kSquare; ++j) {
      const int64_t row = first_row + y * kSquare + i, column = first_column + x + j * kSide;
      if (row < m && column < n) c[row * n + column] = sums[i][j];
    }
  }
}

}  // namespace

void register_blocked_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kTile, kThreads), register_blocked, static_cast<const float*>(p.a),
         static_cast<const float*>(p.b), static_cast<float*>(p.c), p.m, p.n, p.k);
}

}  // namespace graft::cuda
