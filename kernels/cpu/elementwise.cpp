// Unary functions, their gradients, and binary functions: a strided walk around a vector loop.
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/elementwise_runs.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

// Many unary functions call into libm: shorter chunks for them.
constexpr int64_t kUnaryGrain = kElementGrain / 4;

// Is x dense along another axis than the innermost, as a permuted tensor is?
bool is_transposed(const ConstView& x) {
  int64_t inner = 1;
  bool dense = false;
  for (int axis = 0; axis < x.shape.rank(); ++axis) {
    if (x.shape[axis] == 1) continue;
    inner = x.strides[axis];
    if (inner == 0) return false;  // a copy would be larger
    dense |= inner == 1;
  }
  return dense && inner != 1;
}

// x, or a copy of a transposed x: copy() moves it in tiles, where the walk would read each element
// from another line.
ConstView walkable(const KernelCtx& ctx, const ConstView& x) {
  return is_transposed(x) ? contiguous_operand(ctx, x) : x;
}

template <class T>
void walk_pair(BinaryRun<T> run, int64_t grain, const ConstView& a, const ConstView& b,
               const View& y) {
  const auto plan = plan_loop<3>(y.shape, {a.strides, b.strides, y.strides});
  const int64_t a_step = plan.inner_stride(0), b_step = plan.inner_stride(1);
  parallel_walk(plan, grain, [&](const auto& offset, int64_t count) {
    run(a.as<T>() + offset[0], a_step, b.as<T>() + offset[1], b_step, y.as<T>() + offset[2], count);
  });
}

}  // namespace

void unary(const KernelCtx& ctx, UnaryKind kind, ConstView x, View y) {
  x = walkable(ctx, x);
  with_float("unary", y.dtype, [&]<class T>(T) {
    const auto run =
        with_simd_for<T>([&]<SimdLevel kLevel>() { return unary_run<kLevel, T>(kind); });
    const auto plan = plan_loop<2>(y.shape, {x.strides, y.strides});
    const int64_t step = plan.inner_stride(0);
    parallel_walk(plan, kUnaryGrain, [&](const auto& offset, int64_t count) {
      run(x.as<T>() + offset[0], step, y.as<T>() + offset[1], count);
    });
  });
}

void unary_grad(const KernelCtx& ctx, UnaryKind kind, ConstView g, ConstView k, View d) {
  g = walkable(ctx, g), k = walkable(ctx, k);
  with_float("unary_grad", d.dtype, [&]<class T>(T) {
    const auto run =
        with_simd_for<T>([&]<SimdLevel kLevel>() { return unary_grad_run<kLevel, T>(kind); });
    walk_pair<T>(run, kUnaryGrain, g, k, d);
  });
}

void unary_grad2(const KernelCtx& ctx, UnaryKind kind, ConstView g, ConstView k, View d) {
  g = walkable(ctx, g), k = walkable(ctx, k);
  with_float("unary_grad2", d.dtype, [&]<class T>(T) {
    const auto run =
        with_simd_for<T>([&]<SimdLevel kLevel>() { return unary_grad2_run<kLevel, T>(kind); });
    walk_pair<T>(run, kUnaryGrain, g, k, d);
  });
}

void binary(const KernelCtx& ctx, BinaryKind kind, ConstView a, ConstView b, View y) {
  a = walkable(ctx, a), b = walkable(ctx, b);
  with_float("binary", y.dtype, [&]<class T>(T) {
    const auto run =
        with_simd_for<T>([&]<SimdLevel kLevel>() { return binary_run<kLevel, T>(kind); });
    walk_pair<T>(run, kElementGrain, a, b, y);
  });
}

}  // namespace graft::cpu
