// Step 1: a thread a result. Every factor comes from memory (or a cache) for every multiplication:
// two loads for one multiply-add, so the load units set the pace, not the arithmetic.
#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kSide = 16;

__global__ void naive(const float* a, const float* b, float* c, int64_t m, int64_t n, int64_t k) {
  // Neighbouring threads take neighbouring columns, so that a warp's loads of B are one line.
  const int64_t row = int64_t{blockIdx.x} * kSide + threadIdx.y;
  const int64_t column = int64_t{blockIdx.y} * kSide + threadIdx.x;
  if (row >= m || column >= n) return;
  float sum = 0;
  for (int64_t i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + column];
  c[row * n + column] = sum;
}

}  // namespace

void naive_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kSide, dim3(kSide, kSide)), naive, static_cast<const float*>(p.a),
         static_cast<const float*>(p.b), static_cast<float*>(p.c), p.m, p.n, p.k);
}

}  // namespace graft::cuda
