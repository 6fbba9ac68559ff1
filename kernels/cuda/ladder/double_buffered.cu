// Step 5: while a tile is multiplied the next one is on its way into registers, and goes into the
// other of two shared buffers: the latency of memory hides behind arithmetic, and one barrier a
// tile is enough.
#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kTile = 128, kDepth = 8, kSquare = 8, kVector = 4;
constexpr int kSide = kTile / kSquare, kThreads = kSide * kSide;
static_assert(kTile * kDepth == kThreads * kVector, "one vector of A and one of B a thread");

struct Tiles {
  float4 a[kDepth][kTile / kVector];
  float4 b[kDepth][kTile / kVector];
};

// Which vector of the tiles a thread brings.
struct Share {
  int row_of_a, k_of_a, k_of_b, vector_of_b;
  __device__ explicit Share(int thread)
      : row_of_a(thread / (kDepth / kVector)),
        k_of_a(thread % (kDepth / kVector) * kVector),
        k_of_b(thread / (kTile / kVector)),
        vector_of_b(thread % (kTile / kVector)) {}
};

struct Fetched {
  float4 a, b;
};

// `a` and `b` point at the block's first row and first column.
__device__ Fetched fetch(const float* a, const float* b, int64_t n, int64_t k, int64_t k0,
                         const Share& share) {
  return {
      *reinterpret_cast<const float4*>(a + share.row_of_a * k + k0 + share.k_of_a),
      *reinterpret_cast<const float4*>(b + (k0 + share.k_of_b) * n + share.vector_of_b * kVector)};
}

__device__ void put(Tiles& tiles, const Fetched& fetched, const Share& share) {
  float* const columns = reinterpret_cast<float*>(&tiles.a[share.k_of_a][0]) + share.row_of_a;
  columns[0 * kTile] = fetched.a.x;
  columns[1 * kTile] = fetched.a.y;
  columns[2 * kTile] = fetched.a.z;
  columns[3 * kTile] = fetched.a.w;
  tiles.b[share.k_of_b][share.vector_of_b] = fetched.b;
}

__device__ void multiply(float (&sums)[kSquare][kSquare], const Tiles& tiles, int x, int y) {
  for (int d = 0; d < kDepth; ++d) {
    const float4 a0 = tiles.a[d][y * 2], a1 = tiles.a[d][y * 2 + 1];
    const float4 b0 = tiles.b[d][x], b1 = tiles.b[d][x + kSide];
    const float column_of_a[kSquare] = {a0.x, a0.y, a0.z, a0.w, a1.x, a1.y, a1.z, a1.w};
    const float row_of_b[kSquare] = {b0.x, b0.y, b0.z, b0.w, b1.x, b1.y, b1.z, b1.w};
    for (int i = 0; i < kSquare; ++i)
      for (int j = 0; j < kSquare; ++j) sums[i][j] += column_of_a[i] * row_of_b[j];
  }
}

__global__ void __launch_bounds__(kThreads)
    double_buffered(const float* a, const float* b, float* c, int64_t n, int64_t k) {
  __shared__ Tiles tiles[2];
  const int thread = static_cast<int>(threadIdx.x), x = thread % kSide, y = thread / kSide;
  const int64_t first_row = int64_t{blockIdx.x} * kTile, first_column = int64_t{blockIdx.y} * kTile;
  const Share share(thread);
  a += first_row * k;
  b += first_column;
  float sums[kSquare][kSquare] = {};
  put(tiles[0], fetch(a, b, n, k, 0, share), share);
  __syncthreads();
  int current = 0;
  for (int64_t k0 = kDepth; k0 < k; k0 += kDepth) {
    const Fetched next = fetch(a, b, n, k, k0, share);
    multiply(sums, tiles[current], x, y);
    current ^= 1;
    put(tiles[current], next, share);
    __syncthreads();
  }
  multiply(sums, tiles[current], x, y);
  for (int i = 0; i < kSquare; ++i) {
    float* const row = c + (first_row + y * kSquare + i) * n + first_column;
    const float* const s = sums[i];
    *reinterpret_cast<float4*>(row + x * kVector) = float4{s[0], s[1], s[2], s[3]};
    *reinterpret_cast<float4*>(row + (x + kSide) * kVector) = float4{s[4], s[5], s[6], s[7]};
  }
}

}  // namespace

void double_buffered_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kTile, kThreads), double_buffered, static_cast<const float*>(p.a),
         static_cast<const float*>(p.b), static_cast<float*>(p.c), p.n, p.k);
}

}  // namespace graft::cuda
