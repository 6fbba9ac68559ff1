// How this module launches kernels: always through launch(), which names the operation in what it
// raises.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "graft/core/ceil_div.h"
#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cuda/backend/error_check.h"

namespace graft::cuda {

inline constexpr int kBlock = 256;  ///< threads of a block, where a kernel has no reason for others
inline constexpr int kWarp = 32;
/// More blocks than any device runs at once; kernels over elements step through the rest.
inline constexpr int64_t kMostBlocks = 65535;

struct Grid {
  dim3 blocks;
  dim3 threads = kBlock;
  size_t shared_bytes = 0;  ///< of a block, beside what the kernel declares
};

/// Blocks of kBlock threads for `count` threads in all, at most kMostBlocks: the kernel loops with
/// GridStride. A function of the count alone.
inline Grid grid_for(int64_t count) {
  return {static_cast<unsigned>(std::min(ceil_div(count, kBlock), kMostBlocks))};
}

/// Device code, in a grid of one dimension: `for (GridStride i(count); i; i.next()) use(i.at)`
/// visits 0..count-1, neighbours in neighbouring threads.
struct GridStride {
  int64_t at, count, step;
  __device__ explicit GridStride(int64_t elements)
      : at(int64_t{blockIdx.x} * blockDim.x + threadIdx.x),
        count(elements),
        step(int64_t{gridDim.x} * blockDim.x) {}
  __device__ explicit operator bool() const { return at < count; }
  __device__ void next() { at += step; }
};

inline cudaStream_t stream_of(const KernelCtx& ctx) {
  return static_cast<cudaStream_t>(ctx.stream.native);
}

/// Queues kernel(arguments...) on the stream; a grid without blocks is nothing to do.
/// Error(Device).
template <class... Parameters, class... Arguments>
void launch(const KernelCtx& ctx, const Grid& grid, void (*kernel)(Parameters...),
            const Arguments&... arguments) {
  if (grid.blocks.x == 0 || grid.blocks.y == 0 || grid.blocks.z == 0) return;
  cudaLaunchConfig_t config{};
  config.gridDim = grid.blocks;
  config.blockDim = grid.threads;
  config.dynamicSmemBytes = grid.shared_bytes;
  config.stream = stream_of(ctx);
  cuda_check(cudaSetDevice(ctx.stream.device.index), "cudaSetDevice");
  cuda_check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...),
             "cudaLaunchKernelEx");
}

}  // namespace graft::cuda
