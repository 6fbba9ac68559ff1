#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/pack.h"
#include "graft/kernels/cuda/device/strided.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
__global__ void fill_packs(T* y, int64_t count, T value) {
  constexpr int kSize = kPackSize<T>;
  Pack<T> pack;
  for (int k = 0; k < kSize; ++k) pack.lane[k] = value;
  for_packs<kSize>(
      count, [&](int64_t i) { store_pack<kSize>(y + i, pack); }, [&](int64_t i) { y[i] = value; });
}

template <class T>
__global__ void fill_strided(T* y, Strided<1> plan, T value) {
  for (GridStride i(plan.count); i; i.next()) y[plan.offsets(i.at).of[0]] = value;
}

}  // namespace

void fill(const KernelCtx& ctx, View y, double value) {
  const auto plan = plan_loop<1>(y.shape, {y.strides});
  with_dtype(y.dtype, [&]<class T>(T) {
    const T element = convert<T>(value);
    T* const out = y.as<T>();
    if (dense(plan) && pack_aligned(out))
      launch(ctx, grid_for_packs<kPackSize<T>>(plan.count), fill_packs<T>, out, plan.count,
             element);
    else
      launch(ctx, grid_for(plan.count), fill_strided<T>, out, strided(plan), element);
  });
}

}  // namespace graft::cuda
