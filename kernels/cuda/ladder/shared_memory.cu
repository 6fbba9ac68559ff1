// Step 2: a block loads a tile of A and one of B into shared memory once, and each of its threads
// reads them there: 32 times fewer loads from memory.
#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kTile = 32;

__global__ void __launch_bounds__(kTile* kTile)
    shared_memory(const float* a, const float* b, float* c, int64_t m, int64_t n, int64_t k) {
  __shared__ float tile_a[kTile][kTile];
  __shared__ float tile_b[kTile][kTile];
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  const int64_t row = int64_t{blockIdx.x} * kTile + y, column = int64_t{blockIdx.y} * kTile + x;
  float sum = 0;
  for (int64_t k0 = 0; k0 < k; k0 += kTile) {
    tile_a[y][x] = row < m && k0 + x < k ? a[row * k + k0 + x] : 0.0f;
    tile_b[y][x] = column < n && k0 + y < k ? b[(k0 + y) * n + column] : 0.0f;
    __syncthreads();
    for (int i = 0; i < kTile; ++i) sum += tile_a[y][i] * tile_b[i][x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}

}  // namespace

void shared_memory_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kTile, dim3(kTile, kTile)), shared_memory,
         static_cast<const float*>(p.a), static_cast<const float*>(p.b), static_cast<float*>(p.c),
         p.m, p.n, p.k);
}

}  // namespace graft::cuda
