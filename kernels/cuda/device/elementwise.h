// y = F::f(x) and y = F::f(a, b): packs where all operands are dense, else element by element.
#pragma once

#include "graft/core/view.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/pack.h"
#include "graft/kernels/cuda/device/strided.h"

namespace graft::cuda {

template <class F, class T>
__device__ T apply(T x) {
  return narrow<T>(F::f(widen(x)));
}
template <class F, class T>
__device__ T apply(T a, T b) {
  return narrow<T>(F::f(widen(a), widen(b)));
}

template <class F, class T>
__global__ void map_packs(const T* x, T* y, int64_t count) {
  constexpr int kSize = kPackSize<T>;
  const auto whole = [&](int64_t i) {
    Pack<T> pack = load_pack<kSize>(x + i);
    for (int k = 0; k < kSize; ++k) pack.lane[k] = apply<F>(pack.lane[k]);
    store_pack<kSize>(y + i, pack);
  };
  for_packs<kSize>(count, whole, [&](int64_t i) { y[i] = apply<F>(x[i]); });
}

template <class F, class T>
__global__ void map_strided(const T* x, T* y, Strided<2> plan) {
  for (GridStride i(plan.count); i; i.next()) {
    const Offsets<2> at = plan.offsets(i.at);
    y[at.of[1]] = apply<F>(x[at.of[0]]);
  }
}

template <class F, class T>
__global__ void combine_packs(const T* a, const T* b, T* y, int64_t count) {
  constexpr int kSize = kPackSize<T>;
  const auto whole = [&](int64_t i) {
    const Pack<T> left = load_pack<kSize>(a + i), right = load_pack<kSize>(b + i);
    Pack<T> result;
    for (int k = 0; k < kSize; ++k) result.lane[k] = apply<F>(left.lane[k], right.lane[k]);
    store_pack<kSize>(y + i, result);
  };
  for_packs<kSize>(count, whole, [&](int64_t i) { y[i] = apply<F>(a[i], b[i]); });
}

template <class F, class T>
__global__ void combine_strided(const T* a, const T* b, T* y, Strided<3> plan) {
  for (GridStride i(plan.count); i; i.next()) {
    const Offsets<3> at = plan.offsets(i.at);
    y[at.of[2]] = apply<F>(a[at.of[0]], b[at.of[1]]);
  }
}

/// Views of one shape, whose elements are T; x may be strided.
template <class F, class T>
void map(const KernelCtx& ctx, const ConstView& x, const View& y) {
  const auto plan = plan_loop<2>(y.shape, {x.strides, y.strides});
  if (dense(plan) && pack_aligned(x.data, y.data))
    launch(ctx, grid_for_packs<kPackSize<T>>(plan.count), map_packs<F, T>, x.as<T>(), y.as<T>(),
           plan.count);
  else
    launch(ctx, grid_for(plan.count), map_strided<F, T>, x.as<T>(), y.as<T>(), strided(plan));
}

template <class F, class T>
void combine(const KernelCtx& ctx, const ConstView& a, const ConstView& b, const View& y) {
  const auto plan = plan_loop<3>(y.shape, {a.strides, b.strides, y.strides});
  if (dense(plan) && pack_aligned(a.data, b.data, y.data))
    launch(ctx, grid_for_packs<kPackSize<T>>(plan.count), combine_packs<F, T>, a.as<T>(), b.as<T>(),
           y.as<T>(), plan.count);
  else
    launch(ctx, grid_for(plan.count), combine_strided<F, T>, a.as<T>(), b.as<T>(), y.as<T>(),
           strided(plan));
}

}  // namespace graft::cuda
