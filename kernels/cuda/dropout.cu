#include "graft/core/ceil_div.h"
#include "graft/core/random.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

// The four elements of a Philox block a thread: the numbers are those of the CPU.
template <class T>
__global__ void drop(const T* x, T* y, int64_t count, const uint32_t* words, uint64_t stream,
                     uint32_t threshold, Compute<T> scale) {
  const PhiloxKey key{{words[0], words[1]}};
  for (GridStride block(ceil_div(count, 4)); block; block.next()) {
    const PhiloxBlock bits =
        philox4x32(philox_counter(stream, static_cast<uint64_t>(block.at)), key);
    for (int k = 0; k < 4; ++k)
      if (const int64_t i = block.at * 4 + k; i < count)
        y[i] = narrow<T>((bits.lane[k] >> 8) < threshold ? Compute<T>(0) : widen(x[i]) * scale);
  }
}

}  // namespace

void dropout(const KernelCtx& ctx, ConstView x, double p, ConstView key, uint64_t stream, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  const auto* const words = contiguous_operand(ctx, key).as<uint32_t>();
  const uint32_t threshold = uniform_threshold(p);
  with_floating("dropout", y.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(ceil_div(y.numel(), 4)), drop<T>, dense.as<T>(), y.as<T>(), y.numel(),
           words, stream, threshold, static_cast<Compute<T>>(1.0 / (1.0 - p)));
  });
}

}  // namespace graft::cuda
