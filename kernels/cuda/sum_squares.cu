// Added in f64: blocks add up pieces, one block adds up their sums.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/block_reduce.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

constexpr int64_t kMostParts = 1024;

template <class T>
__global__ void sum_of_squares(const T* x, int64_t count, double* parts) {
  double total = 0;
  for (GridStride i(count); i; i.next()) {
    const auto value = static_cast<double>(widen(x[i.at]));
    total += value * value;
  }
  total = block_reduce<kBlock, SumOf>(total);
  if (threadIdx.x == 0) parts[blockIdx.x] = total;
}

__global__ void sum_of_parts(const double* parts, int count, double* y) {
  double total = 0;
  for (int i = threadIdx.x; i < count; i += kBlock) total += parts[i];
  total = block_reduce<kBlock, SumOf>(total);
  if (threadIdx.x == 0) *y = total;
}

}  // namespace

void sum_squares(const KernelCtx& ctx, ConstView x, View y) {
  x = contiguous_operand(ctx, x);
  const auto blocks = static_cast<int>(std::min<int64_t>(ceil_div(x.numel(), kBlock), kMostParts));
  auto* const parts = ctx.workspace.take_array<double>(std::max(blocks, 1));
  with_floating("sum_squares", x.dtype, [&]<class T>(T) {
    launch(ctx, {static_cast<unsigned>(blocks)}, sum_of_squares<T>, x.as<T>(), x.numel(), parts);
  });
  launch(ctx, {1}, sum_of_parts, static_cast<const double*>(parts), blocks, y.as<double>());
}

}  // namespace graft::cuda
