#include <type_traits>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/correlate.h"

namespace graft::cpu {
namespace {

template <class T>
void convolve(const KernelCtx& ctx, const Correlation& c, const T* x, const T* w,
              const Epilogue<T>& epilogue, T* y) {
  if constexpr (std::is_same_v<T, float>)
    if (winograd::applies(c)) {
      const int64_t n = c.channels;
      const winograd::Filter filter{
          w, {0, n, 2 * n, 3 * n, 4 * n, 5 * n, 6 * n, 7 * n, 8 * n}, 1, 9 * n};
      return winograd::correlate(ctx, c, x, filter, epilogue, y);
    }
  const ColumnBlocks blocks = ColumnBlocks::of<T>(c.columns);
  const int64_t depth = c.depth(), size = blocks.size(depth);
  T* const packed = ctx.workspace.take_array<T>(c.groups * size);
  parallel_for(c.groups, [&](int64_t group, int) {  // within one group, over its blocks
    pack_columns({w + group * c.columns * depth, 1, depth}, depth, blocks, packed + group * size);
  });
  correlate(ctx, c, x, packed, epilogue, y);
}

template <class T>
void convolve_depthwise(const KernelCtx& ctx, const Correlation& c, const T* x, const T* w,
                        const Epilogue<T>& epilogue, T* y) {
  const int64_t taps = c.depth();
  T* const by_tap = ctx.workspace.take_array<T>(taps * c.groups);
  for (int64_t channel = 0; channel < c.groups; ++channel)
    for (int64_t tap = 0; tap < taps; ++tap)
      by_tap[tap * c.groups + channel] = w[channel * taps + tap];
  depthwise_correlate(ctx, c, x, by_tap, epilogue, y);
}

}  // namespace

void conv2d_forward(const KernelCtx& ctx, ConstView x, ConstView w, ConstView bias,
                    ConstView residual, Activation activation, View y, const Conv2dParams& params) {
  if (y.numel() == 0) return;
  const Correlation c = forward_correlation(x.shape, w.shape, y.shape, params);
  const ConstView image = contiguous_operand(ctx, x), filter = contiguous_operand(ctx, w);
  const ConstView shift = contiguous_operand(ctx, bias), added = contiguous_operand(ctx, residual);
  with_float("conv2d_forward", y.dtype, [&](auto zero) {
    using T = decltype(zero);
    const Epilogue<T> epilogue{shift.as<T>(), added.as<T>(), activation};
    const auto run = is_depthwise(w.shape, params) ? convolve_depthwise<T> : convolve<T>;
    run(ctx, c, image.as<T>(), filter.as<T>(), epilogue, y.as<T>());
  });
}

}  // namespace graft::cpu
