#include "graft/kernels/convert.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {

void fill(const KernelCtx&, View y, double value) {
  const auto plan = plan_loop<1>(y.shape, {y.strides});
  with_dtype(y.dtype, [&]<class T>(T) {
    T* const out = y.as<T>();
    const T element = convert<T>(value);
    const int64_t step = plan.inner_stride(0);
    parallel_walk(plan, kElementGrain, [=](const auto& offset, int64_t run) {
      if (step == 1)
        std::fill_n(out + offset[0], run, element);
      else
        for (int64_t i = 0; i < run; ++i) out[offset[0] + i * step] = element;
    });
  });
}

}  // namespace graft::cpu
