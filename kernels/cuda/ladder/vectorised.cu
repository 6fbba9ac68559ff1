// Step 4: 16 bytes at a time, from memory and from shared memory: a quarter of the load
// instructions for the same bytes. Sizes are multiples of the tile, so no edge is asked about.
#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kTile = 128, kDepth = 8, kSquare = 8, kVector = 4;
constexpr int kSide = kTile / kSquare, kThreads = kSide * kSide;
static_assert(kTile * kDepth == kThreads * kVector, "one vector of A and one of B a thread");

__global__ void __launch_bounds__(kThreads)
    vectorised(const float* a, const float* b, float* c, int64_t n, int64_t k) {
  __shared__ float4 tile_a[kDepth][kTile / kVector];
  __shared__ float4 tile_b[kDepth][kTile / kVector];
  const int thread = static_cast<int>(threadIdx.x), x = thread % kSide, y = thread / kSide;
  const int64_t first_row = int64_t{blockIdx.x} * kTile, first_column = int64_t{blockIdx.y} * kTile;
  const int row_of_a = thread / (kDepth / kVector), k_of_a = thread % (kDepth / kVector) * kVector;
  const int k_of_b = thread / (kTile / kVector), vector_of_b = thread % (kTile / kVector);
  float sums[kSquare][kSquare] = {};
  for (int64_t k0 = 0; k0 < k; k0 += kDepth) {
    const float4 from_a =
        *reinterpret_cast<const float4*>(a + (first_row + row_of_a) * k + k0 + k_of_a);
    // A is turned on its way, so that the 8 rows of a thread lie side by side.
    float* const columns = reinterpret_cast<float*>(&tile_a[k_of_a][0]) + row_of_a;
    columns[0 * kTile] = from_a.x;
    columns[1 * kTile] = from_a.y;
    columns[2 * kTile] = from_a.z;
    columns[3 * kTile] = from_a.w;
    tile_b[k_of_b][vector_of_b] = *reinterpret_cast<const float4*>(
        b + (k0 + k_of_b) * n + first_column + vector_of_b * kVector);
    __syncthreads();
    for (int d = 0; d < kDepth; ++d) {
      const float4 a0 = tile_a[d][y * 2], a1 = tile_a[d][y * 2 + 1];
      const float4 b0 = tile_b[d][x], b1 = tile_b[d][x + kSide];
      const float column_of_a[kSquare] = {a0.x, a0.y, a0.z, a0.w, a1.x, a1.y, a1.z, a1.w};
      const float row_of_b[kSquare] = {b0.x, b0.y, b0.z, b0.w, b1.x, b1.y, b1.z, b1.w};
      for (int i = 0; i < kSquare; ++i)
        for (int j = 0; j < kSquare; ++j) sums[i][j] += column_of_a[i] * row_of_b[j];
    }
    __syncthreads();
  }
  for (int i = 0; i < kSquare; ++i) {
    float* const row = c + (first_row + y * kSquare + i) * n + first_column;
    const float* const s = sums[i];
    *reinterpret_cast<float4*>(row + x * kVector) = float4{s[0], s[1], s[2], s[3]};
    *reinterpret_cast<float4*>(row + (x + kSide) * kVector) = float4{s[4], s[5], s[6], s[7]};
  }
}

}  // namespace

void vectorised_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kTile, kThreads), vectorised, static_cast<const float*>(p.a),
         static_cast<const float*>(p.b), static_cast<float*>(p.c), p.n, p.k);
}

}  // namespace graft::cuda
