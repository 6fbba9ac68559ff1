#include <type_traits>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/kept_form.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/correlate.h"

namespace graft::cpu {
namespace {

void convolve_by_winograd(const KernelCtx& ctx, const Correlation& c, const float* x,
                          const ConstView& w, const Epilogue<float>& epilogue, float* y) {
  const int64_t n = c.channels;
  winograd::Filter filter{
      w.as<float>(), {0, n, 2 * n, 3 * n, 4 * n, 5 * n, 6 * n, 7 * n, 8 * n}, 1, 9 * n};
  if (w.kept) {
    const int64_t size = winograd::packed_size(c.channels, c.columns);
    filter.packed = derived_form<float>(
        ctx, w, FormKind::WinogradTaps, 0, size,
        [&](float* packed) { winograd::pack_taps(filter, c.channels, c.columns, packed); });
  }
  winograd::correlate(ctx, c, x, filter, epilogue, y);
}

template <class T>
void convolve(const KernelCtx& ctx, const Correlation& c, const T* x, const ConstView& w,
              const Epilogue<T>& epilogue, T* y) {
  if constexpr (std::is_same_v<T, float>)
    if (winograd::applies(c)) return convolve_by_winograd(ctx, c, x, w, epilogue, y);
  const ColumnBlocks blocks = ColumnBlocks::of<T>(c.columns);
  const int64_t depth = c.depth(), size = blocks.size(depth);
  const T* const packed =
      derived_form<T>(ctx, w, FormKind::Columns, c.groups, c.groups * size, [&](T* to) {
        parallel_for(c.groups, [&](int64_t group, int) {  // within one group, over its blocks
          pack_columns({w.as<T>() + group * c.columns * depth, 1, depth}, depth, blocks,
                       to + group * size);
        });
      });
  correlate(ctx, c, x, packed, epilogue, y);
}

template <class T>
void convolve_depthwise(const KernelCtx& ctx, const Correlation& c, const T* x, const ConstView& w,
                        const Epilogue<T>& epilogue, T* y) {
  const int64_t taps = c.depth();
  const T* const by_tap = derived_form<T>(ctx, w, FormKind::ByTap, 0, taps * c.groups, [&](T* to) {
    for (int64_t channel = 0; channel < c.groups; ++channel)
      for (int64_t tap = 0; tap < taps; ++tap)
        to[tap * c.groups + channel] = w.as<T>()[channel * taps + tap];
  });
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
    run(ctx, c, image.as<T>(), filter, epilogue, y.as<T>());
  });
}

}  // namespace graft::cpu
