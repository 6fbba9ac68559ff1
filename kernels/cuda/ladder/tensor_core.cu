// Step 6: bf16 on the tensor cores. A warp multiplies 16 x 16 by 16 x 8 in one instruction (`mma`),
// its operands come out of shared memory as whole fragments (`ldmatrix`), and tiles travel from
// memory to shared memory without passing through registers (`cp.async`), two tiles ahead.
//
// B is [n,k]: both factors lie along the sum, as the weights of a dense layer do.
#include <cuda_bf16.h>

#include "graft/kernels/cuda/ladder/tile_grid.h"

namespace graft::cuda {
namespace {

constexpr int kTile = 128, kDepth = 32, kStages = 3;
constexpr int kChunk = 8;                        // numbers in 16 bytes
constexpr int kChunks = kDepth / kChunk;         // of a row of a tile
constexpr int kWarpsDown = 2, kWarpsAcross = 4;  // a warp computes 64 x 32 results
constexpr int kThreads = 32 * kWarpsDown * kWarpsAcross;
constexpr int kRowTiles = kTile / kWarpsDown / 16, kColumnTiles = kTile / kWarpsAcross / 8;

using Tile = uint4[kTile][kChunks];

struct Stage {
  Tile a, b;
};

// Where a chunk lies in its row: exchanged so that the eight rows `ldmatrix` reads at once fall
// into different banks.
__device__ int swizzled(int row, int chunk) { return chunk ^ ((row >> 1) % kChunks); }

__device__ uint32_t shared_address(const void* data) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(data));
}

// Starts copying `kTile` rows of a matrix [.., k], from `source` on.
__device__ void start_copy(Tile& tile, const __nv_bfloat16* source, int64_t k) {
  for (int i = static_cast<int>(threadIdx.x); i < kTile * kChunks; i += kThreads) {
    const int row = i / kChunks, chunk = i % kChunks;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;\n" ::"r"(
                     shared_address(&tile[row][swizzled(row, chunk)])),
                 "l"(source + row * k + chunk * kChunk));
  }
}

// Four 8 x 8 matrices; each lane names one row of one of them.
__device__ void load_fragments(uint32_t (&out)[4], const Tile& tile, int row, int chunk) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared_address(&tile[row][swizzled(row, chunk)])));
}

__device__ void multiply_add(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};\n"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

struct Sums {
  float tile[kRowTiles][kColumnTiles][4];
};

__device__ void multiply_stage(Sums& sums, const Stage& stage, int first_row, int first_column) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  for (int k = 0; k < kDepth / 16; ++k) {
    uint32_t a[kRowTiles][4];
    for (int i = 0; i < kRowTiles; ++i)
      load_fragments(a[i], stage.a, first_row + i * 16 + lane % 16, k * 2 + lane / 16);
    for (int j = 0; j < kColumnTiles; j += 2) {
      uint32_t b[4];
      load_fragments(b, stage.b, first_column + j * 8 + lane / 16 * 8 + lane % 8,
                     k * 2 + lane / 8 % 2);
      for (int i = 0; i < kRowTiles; ++i) {
        multiply_add(sums.tile[i][j], a[i], b[0], b[1]);
        multiply_add(sums.tile[i][j + 1], a[i], b[2], b[3]);
      }
    }
  }
}

__global__ void __launch_bounds__(kThreads)
    tensor_core(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c, int64_t n, int64_t k) {
  __shared__ Stage stages[kStages];
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int first_row = warp / kWarpsAcross * (kTile / kWarpsDown);
  const int first_column = warp % kWarpsAcross * (kTile / kWarpsAcross);
  a += int64_t{blockIdx.x} * kTile * k;
  b += int64_t{blockIdx.y} * kTile * k;
  const int64_t steps = k / kDepth;
  const auto start = [&](int64_t step) {
    if (step < steps) {
      start_copy(stages[step % kStages].a, a + step * kDepth, k);
      start_copy(stages[step % kStages].b, b + step * kDepth, k);
    }
    asm volatile("cp.async.commit_group;\n");
  };
  for (int step = 0; step < kStages - 1; ++step) start(step);
  Sums sums = {};
  for (int64_t step = 0; step < steps; ++step) {
    asm volatile("cp.async.wait_group %0;\n" ::"n"(kStages - 2));
    __syncthreads();
    start(step + kStages - 1);
    multiply_stage(sums, stages[step % kStages], first_row, first_column);
  }
  c += (int64_t{blockIdx.x} * kTile + first_row + lane / 4) * n + int64_t{blockIdx.y} * kTile +
       first_column + lane % 4 * 2;
  for (int i = 0; i < kRowTiles; ++i) {
    for (int j = 0; j < kColumnTiles; ++j) {
      const float(&s)[4] = sums.tile[i][j];
      *reinterpret_cast<float2*>(c + i * 16 * n + j * 8) = float2{s[0], s[1]};
      *reinterpret_cast<float2*>(c + (i * 16 + 8) * n + j * 8) = float2{s[2], s[3]};
    }
  }
}

}  // namespace

void tensor_core_product(const KernelCtx& ctx, const LadderOperands& p) {
  launch(ctx, tile_grid(p, kTile, kThreads), tensor_core, static_cast<const __nv_bfloat16*>(p.a),
         static_cast<const __nv_bfloat16*>(p.b), static_cast<float*>(p.c), p.n, p.k);
}

}  // namespace graft::cuda
