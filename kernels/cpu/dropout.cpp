#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/dropout_run.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {

void dropout(const KernelCtx& ctx, ConstView x, double p, ConstView key, uint64_t stream, View y) {
  static_assert(kElementGrain % 4 == 0, "a chunk starts at a whole Philox block");
  const ConstView dense = contiguous_operand(ctx, x);
  const auto* const words = contiguous_operand(ctx, key).as<uint32_t>();
  const DropoutRun run{{{words[0], words[1]}}, stream, uniform_threshold(p), 1.0 / (1.0 - p)};
  with_float("dropout", y.dtype, [&]<class T>(T) {
    with_simd([&]<SimdLevel kLevel>() {
      parallel_ranges(y.numel(), kElementGrain, [&](int64_t begin, int64_t end) {
        dropout_run<kLevel>(run, dense.as<T>(), y.as<T>(), begin, end);
      });
    });
  });
}

}  // namespace graft::cpu
