#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
struct Candidate {
  T value;
  int64_t index;

  // The first NaN if there is one, as the maximum of the row is NaN then; else the first largest.
  __device__ bool beats(const Candidate& other) const {
    const bool nan = value != value, other_nan = other.value != other.value;
    if (nan != other_nan) return nan;
    if (!nan && value != other.value) return value > other.value;
    return index < other.index;
  }
};

// A warp a row.
template <class T>
__global__ void argmax_rows(const T* x, int64_t rows, int64_t width, int64_t* y) {
  using Value = Compute<T>;
  constexpr int kRows = kBlock / kWarp;
  const int lane = threadIdx.x % kWarp;
  for (int64_t first = int64_t{blockIdx.x} * kRows; first < rows;
       first += int64_t{gridDim.x} * kRows) {
    // A warp beyond the end reads the last row once more.
    const int64_t row = min(first + threadIdx.x / kWarp, rows - 1);
    const T* const from = x + row * width;
    const int64_t start = min(int64_t{lane}, width - 1);
    Candidate<Value> best{widen(from[start]), start};
    for (int64_t i = start + kWarp; i < width; i += kWarp)
      if (const Candidate<Value> next{widen(from[i]), i}; next.beats(best)) best = next;
    for (int step = kWarp / 2; step > 0; step /= 2) {
      const Candidate<Value> other{__shfl_xor_sync(0xffffffffu, best.value, step),
                                   __shfl_xor_sync(0xffffffffu, best.index, step)};
      if (other.beats(best)) best = other;
    }
    if (lane == 0) y[row] = best.index;
  }
}

}  // namespace

void argmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  const int64_t rows = y.numel(), width = x.dim(x.rank() - 1);
  const int64_t blocks = std::min(ceil_div(rows, kBlock / kWarp), kMostBlocks);
  with_floating("argmax", x.dtype, [&]<class T>(T) {
    launch(ctx, {static_cast<unsigned>(blocks)}, argmax_rows<T>, dense.as<T>(), rows, width,
           y.as<int64_t>());
  });
}

}  // namespace graft::cuda
