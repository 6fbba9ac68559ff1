#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/functor_switch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"

namespace graft::cpu {
namespace {

// Most of these functions call into libm; the cheap ones do not mind a shorter chunk.
constexpr int64_t kGrain = kElementGrain / 4;

// y = f(x)
template <class T, class Function>
void map(const ConstView& x, const View& y, Function f) {
  const auto plan = plan_loop<2>(y.shape, {x.strides, y.strides});
  const int64_t step = plan.inner_stride(0);
  parallel_walk(plan, kGrain, [=, x = x.as<T>(), y = y.as<T>()](const auto& offset, int64_t run) {
    const T* const in = x + offset[0];
    T* const out = y + offset[1];
    if (step == 1)
      for (int64_t i = 0; i < run; ++i) out[i] = f(in[i]);
    else
      for (int64_t i = 0; i < run; ++i) out[i] = f(in[i * step]);
  });
}

// d = g f(k)
template <class T, class Function>
void map_scaled(const ConstView& g, const ConstView& k, const View& d, Function f) {
  const auto plan = plan_loop<3>(d.shape, {g.strides, k.strides, d.strides});
  const int64_t g_step = plan.inner_stride(0), k_step = plan.inner_stride(1);
  parallel_walk(plan, kGrain,
                [=, g = g.as<T>(), k = k.as<T>(), d = d.as<T>()](const auto& offset, int64_t run) {
                  const T* const scale = g + offset[0];
                  const T* const in = k + offset[1];
                  T* const out = d + offset[2];
                  if (g_step == 1 && k_step == 1)
                    for (int64_t i = 0; i < run; ++i) out[i] = scale[i] * f(in[i]);
                  else
                    for (int64_t i = 0; i < run; ++i)
                      out[i] = scale[i * g_step] * f(in[i * k_step]);
                });
}

}  // namespace

void unary(const KernelCtx&, UnaryKind kind, ConstView x, View y) {
  with_float("unary", y.dtype, [&](auto tag) {
    using T = decltype(tag);
    with_functor(kind,
                 [&](auto functor) { map<T>(x, y, [](T v) { return decltype(functor)::f(v); }); });
  });
}

void unary_grad(const KernelCtx&, UnaryKind kind, ConstView g, ConstView k, View d) {
  with_float("unary_grad", d.dtype, [&](auto tag) {
    using T = decltype(tag);
    with_functor(kind, [&](auto functor) {
      map_scaled<T>(g, k, d, [](T v) { return decltype(functor)::df(v); });
    });
  });
}

void unary_grad2(const KernelCtx&, UnaryKind kind, ConstView g, ConstView k, View d) {
  with_float("unary_grad2", d.dtype, [&](auto tag) {
    using T = decltype(tag);
    with_functor(kind, [&](auto functor) {
      map_scaled<T>(g, k, d, [](T v) { return decltype(functor)::ddf(v); });
    });
  });
}

}  // namespace graft::cpu
