#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/functor_switch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"

namespace graft::cpu {
namespace {

// One run: dense with dense, dense with a repeated scalar, or any strides. A vector along the last
// axis is dense within each run.
template <class F, class T>
void combine_run(const T* a, int64_t a_step, const T* b, int64_t b_step, T* y, int64_t run) {
  if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < run; ++i) y[i] = F::f(a[i], b[i]);
  } else if (a_step == 1 && b_step == 0) {
    const T scalar = *b;
    for (int64_t i = 0; i < run; ++i) y[i] = F::f(a[i], scalar);
  } else if (a_step == 0 && b_step == 1) {
    const T scalar = *a;
    for (int64_t i = 0; i < run; ++i) y[i] = F::f(scalar, b[i]);
  } else {
    for (int64_t i = 0; i < run; ++i) y[i] = F::f(a[i * a_step], b[i * b_step]);
  }
}

}  // namespace

void binary(const KernelCtx&, BinaryKind kind, ConstView a, ConstView b, View y) {
  const auto plan = plan_loop<3>(y.shape, {a.strides, b.strides, y.strides});
  const int64_t a_step = plan.inner_stride(0), b_step = plan.inner_stride(1);
  with_float("binary", y.dtype, [&](auto tag) {
    using T = decltype(tag);
    with_functor(kind, [&](auto functor) {
      parallel_walk(
          plan, kElementGrain,
          [=, a = a.as<T>(), b = b.as<T>(), y = y.as<T>()](const auto& offset, int64_t run) {
            combine_run<decltype(functor)>(a + offset[0], a_step, b + offset[1], b_step,
                                           y + offset[2], run);
          });
    });
  });
}

}  // namespace graft::cpu
