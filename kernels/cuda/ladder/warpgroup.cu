// Step 7, Hopper (sm_90a): a warpgroup multiplies straight out of shared memory (`wgmma`), one warp
// does nothing but ask the copy engine for tiles (TMA), barriers in between, and a block goes from
// one tile of results to the next, so that copies run on while results are written.
//
// B is [n,k], as in step 6.
#include <cuda.h>
#include <cuda_bf16.h>

#include <algorithm>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/cuda/ladder/ladder.h"
#include "graft/kernels/cuda/ladder/warpgroup_instructions.h"

namespace graft::cuda {
namespace {

constexpr int kRows = 128, kColumns = 256, kDepth = 64, kStages = 4;
constexpr int kWarpgroup = 128, kConsumers = 2, kThreads = kWarpgroup * (1 + kConsumers);
constexpr int kRowsAConsumer = kRows / kConsumers;
constexpr int kGroup = 16;  // row tiles that share a column of B tiles while it is in the L2 cache

struct alignas(1024) Stage {
  __nv_bfloat16 a[kRows * kDepth];
  __nv_bfloat16 b[kColumns * kDepth];
};
struct Shared {
  Stage stages[kStages];
  Barrier full[kStages], empty[kStages];
};
constexpr size_t kSharedBytes = sizeof(Shared) + alignof(Stage);

struct TilePosition {
  int row, column;
};
struct TileOrder {
  int rows, columns;  // in tiles
  __device__ int count() const { return rows * columns; }
  __device__ TilePosition at(int index) const {
    const int group = index / (kGroup * columns), first = group * kGroup;
    const int height = min(kGroup, rows - first), inside = index - first * columns;
    return {(first + inside % height) * kRows, inside / height * kColumns};
  }
};

// Counts through the stages; the parity tells the rounds apart.
struct StageCursor {
  int stage = 0;
  uint32_t parity = 0;
  __device__ void advance() {
    if (++stage < kStages) return;
    stage = 0;
    parity ^= 1;
  }
};

__device__ void produce(Shared& shared, const CUtensorMap& a, const CUtensorMap& b,
                        const TileOrder& order, int steps) {
  StageCursor cursor;
  for (int t = static_cast<int>(blockIdx.x); t < order.count(); t += static_cast<int>(gridDim.x)) {
    const TilePosition tile = order.at(t);
    for (int step = 0; step < steps; ++step, cursor.advance()) {
      Stage& stage = shared.stages[cursor.stage];
      Barrier& full = shared.full[cursor.stage];
      shared.empty[cursor.stage].wait(cursor.parity ^ 1);
      full.arrive_expecting(sizeof stage.a + sizeof stage.b);
      start_tile_copy(stage.a, a, step * kDepth, tile.row, full);
      start_tile_copy(stage.b, b, step * kDepth, tile.column, full);
    }
  }
}

__device__ void store(const float (&sums)[128], float* c, int64_t n) {
  const int thread = static_cast<int>(threadIdx.x) % kWarpgroup, lane = thread % 32;
  c += (thread / 32 * 16 + lane / 4) * n + lane % 4 * 2;
  for (int i = 0; i < kColumns / 8; ++i) {
    *reinterpret_cast<float2*>(c + i * 8) = float2{sums[4 * i], sums[4 * i + 1]};
    *reinterpret_cast<float2*>(c + 8 * n + i * 8) = float2{sums[4 * i + 2], sums[4 * i + 3]};
  }
}

__device__ void consume(Shared& shared, float* c, int64_t n, const TileOrder& order, int steps,
                        int consumer) {
  const bool speaks = threadIdx.x % kWarpgroup == 0;
  StageCursor cursor;
  for (int t = static_cast<int>(blockIdx.x); t < order.count(); t += static_cast<int>(gridDim.x)) {
    float sums[128];
    int previous = 0;
    for (int step = 0; step < steps; ++step, cursor.advance()) {
      Stage& stage = shared.stages[cursor.stage];
      shared.full[cursor.stage].wait(cursor.parity);
      const uint64_t a = tile_descriptor(stage.a + consumer * kRowsAConsumer * kDepth);
      const uint64_t b = tile_descriptor(stage.b);
      warpgroup_fence();
      for (uint64_t k = 0; k < kDepth / 16; ++k)
        multiply_64x256x16(sums, a + k * kNextSixteen, b + k * kNextSixteen, step > 0 || k > 0);
      warpgroup_commit();
      // All but the group just committed are done: their stage may be filled again.
      warpgroup_wait<1>();
      if (step > 0 && speaks) shared.empty[previous].arrive();
      previous = cursor.stage;
    }
    warpgroup_wait<0>();
    if (speaks) shared.empty[previous].arrive();
    const TilePosition tile = order.at(t);
    store(sums, c + (tile.row + consumer * kRowsAConsumer) * n + tile.column, n);
  }
}

__global__ void __launch_bounds__(kThreads, 1)
    warpgroup(const __grid_constant__ CUtensorMap a, const __grid_constant__ CUtensorMap b,
              float* c, int64_t n, TileOrder order, int steps) {
  extern __shared__ unsigned char memory[];
  const uint32_t misaligned = shared_address(memory) % alignof(Stage);
  Shared& shared =
      *reinterpret_cast<Shared*>(memory + (misaligned ? alignof(Stage) - misaligned : 0));
  if (threadIdx.x == 0) {
    for (int i = 0; i < kStages; ++i) {
      shared.full[i].init(1);
      shared.empty[i].init(kConsumers);
    }
    publish_barriers();
  }
  __syncthreads();
  const int group = static_cast<int>(threadIdx.x) / kWarpgroup;
  if (group == 0) {
    give_registers<40>();
    if (threadIdx.x == 0) produce(shared, a, b, order, steps);
  } else {
    take_registers<232>();
    consume(shared, c, n, order, steps, group - 1);
  }
}

// A matrix [rows, k] cut into boxes of `box_rows` x kDepth. The function is the driver's: asked for
// at run time, so that the module opens without one.
CUtensorMap tensor_map(const void* data, int64_t rows, int64_t k, uint32_t box_rows) {
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found{};
  constexpr unsigned kVersion = 12000;
  cuda_check(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, kVersion,
                                              cudaEnableDefault, &found),
             "cudaGetDriverEntryPointByVersion");
  check(found == cudaDriverEntryPointSuccess, ErrorKind::Device, current_op(),
        ": the driver has no cuTensorMapEncodeTiled");
  const auto encode = reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(entry);
  CUtensorMap map;
  const cuuint64_t extents[] = {static_cast<cuuint64_t>(k), static_cast<cuuint64_t>(rows)};
  const cuuint64_t row_bytes[] = {static_cast<cuuint64_t>(k) * sizeof(__nv_bfloat16)};
  const cuuint32_t box[] = {kDepth, box_rows}, steps[] = {1, 1};
  const CUresult result =
      encode(&map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, const_cast<void*>(data), extents, row_bytes,
             box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  check(result == CUDA_SUCCESS, ErrorKind::Device, current_op(), ": cuTensorMapEncodeTiled: error ",
        static_cast<int>(result));
  return map;
}

}  // namespace

void warpgroup_product(const KernelCtx& ctx, const LadderOperands& p) {
  cuda_check(cudaSetDevice(ctx.stream.device.index), "cudaSetDevice");
  const CUtensorMap a = tensor_map(p.a, p.m, p.k, kRows);
  const CUtensorMap b = tensor_map(p.b, p.n, p.k, kColumns);
  int processors = 0;
  cuda_check(
      cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, ctx.stream.device.index),
      "cudaDeviceGetAttribute");
  cuda_check(cudaFuncSetAttribute(warpgroup, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(kSharedBytes)),
             "cudaFuncSetAttribute");
  const TileOrder order{static_cast<int>(p.m / kRows), static_cast<int>(p.n / kColumns)};
  const int blocks = std::min(processors, order.rows * order.columns);
  launch(ctx, {static_cast<unsigned>(blocks), kThreads, kSharedBytes}, warpgroup, a, b,
         static_cast<float*>(p.c), p.n, order, static_cast<int>(p.k / kDepth));
}

}  // namespace graft::cuda
