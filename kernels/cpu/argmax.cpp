#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

// First NaN if there is one, as the maximum of the row is NaN then.
template <class T>
int64_t first_largest(const T* x, int64_t count) {
  int64_t best = 0;
  for (int64_t i = 0; i < count && x[best] == x[best]; ++i)
    if (x[i] > x[best] || x[i] != x[i]) best = i;
  return best;
}

}  // namespace

void argmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  const int64_t width = x.dim(x.rank() - 1);
  with_float("argmax", x.dtype, [&]<class T>(T) {
    const T* const in = dense.as<T>();
    int64_t* const out = y.as<int64_t>();
    parallel_ranges(y.numel(), std::max<int64_t>(1, kElementGrain / width),
                    [=](int64_t begin, int64_t end) {
                      for (int64_t i = begin; i < end; ++i)
                        out[i] = first_largest(in + i * width, width);
                    });
  });
}

}  // namespace graft::cpu
