#include <cmath>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/strided_loop.h"

namespace graft::cpu {

void dropout(const KernelCtx& ctx, ConstView x, double p, const RandomKey& key, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  with_float("dropout", y.dtype, [&](auto tag) {
    using T = decltype(tag);
    const T* const in = dense.as<T>();
    T* const out = y.as<T>();
    const T scale = static_cast<T>(1.0 / (1.0 - p));
    static_assert(kElementGrain % 8 == 0, "a chunk starts at a whole Philox block");
    parallel_ranges(y.numel(), kElementGrain / 2, [=, &key](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i += 4) {
        const PhiloxBlock block = philox(key, static_cast<uint64_t>(i / 4));
        for (int64_t l = 0; l < std::min<int64_t>(4, end - i); ++l) {
          const bool survives = static_cast<double>(to_uniform(block.lane[l])) >= p;
          out[i + l] = survives ? in[i + l] * scale : T(0);
        }
      }
    });
  });
}

}  // namespace graft::cpu
