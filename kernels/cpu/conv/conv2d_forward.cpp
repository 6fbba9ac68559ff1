#include <type_traits>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/conv/filter_forms.h"
#include "graft/kernels/cpu/conv/folded.h"
#include "graft/kernels/cpu/conv/one_channel.h"
#include "graft/kernels/cpu/derived_form.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/cpu/product/bf16_correlate.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/correlate.h"
#include "graft/kernels/dtype_switch.h"

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

// Of fewer channels rounding pixel by pixel costs more than the products save (Zen 5).
constexpr int64_t kFewestChannelsInBf16 = 8;

bool pays_in_bf16(const Correlation& c) {
  return c.channels >= kFewestChannelsInBf16 && !winograd::applies(c, Precision::BF16) &&
         !folding_applies<float>(c);
}

template <class T>
const T* folded_filter(const KernelCtx& ctx, const ConstView& w, const Correlation& c) {
  return derived_form<T>(ctx, w, FormKind::Folded, c.groups, folded_size<T>(c), [&](T* to) {
    const T* const from = w.as<T>();
    const int64_t height = w.dim(1), width = w.dim(2);
    pack_folded(
        c,
        [&](int64_t group, int64_t i, int64_t j, int64_t channel, int64_t column) {
          const int64_t out = group * c.columns + column;
          return from[((out * height + i) * width + j) * c.channels + channel];
        },
        to);
  });
}

template <class T>
void convolve(const KernelCtx& ctx, const Correlation& c, const T* x, const ConstView& w,
              const Epilogue<T>& epilogue, T* y) {
  if constexpr (std::is_same_v<T, float>)
    if (winograd::applies(c)) return convolve_by_winograd(ctx, c, x, w, epilogue, y);
  if (one_channel_applies<T>(c)) return one_channel_correlate(ctx, c, x, w.as<T>(), epilogue, y);
  if (folding_applies<T>(c))
    return folded_correlate(ctx, c, x, folded_filter<T>(ctx, w, c), epilogue, y);
  correlate(ctx, c, x, packed_filter<T>(ctx, w, c.groups), epilogue, y);
}

template <class T>
void convolve_depthwise(const KernelCtx& ctx, const Correlation& c, const T* x, const ConstView& w,
                        const Epilogue<T>& epilogue, T* y) {
  depthwise_correlate(ctx, c, x, filter_by_tap<T>(ctx, w), epilogue, y);
}

}  // namespace

void conv2d_forward(const KernelCtx& ctx, ConstView x, ConstView w, ConstView bias,
                    ConstView residual, Activation activation, View y, const Conv2dParams& params,
                    Precision precision, View mean, View variance) {
  if (y.numel() == 0 && !mean) return;
  const Correlation c = forward_correlation(x.shape, w.shape, y.shape, params);
  const ConstView image = contiguous_operand(ctx, x), filter = contiguous_operand(ctx, w);
  const ConstView shift = contiguous_operand(ctx, bias), added = contiguous_operand(ctx, residual);
  if (precision == Precision::BF16 && pays_in_bf16(c) && !mean)
    return bf16_correlate(ctx, c, image.as<float>(), packed_filter_bf16(ctx, filter, c.groups),
                          {shift.as<float>(), added.as<float>(), activation}, y.as<float>());
  with_float("conv2d_forward", y.dtype, [&](auto zero) {
    using T = decltype(zero);
    Moments<T> moments(y.dim(3));
    const Epilogue<T> epilogue{shift.as<T>(), added.as<T>(), activation, mean ? &moments : nullptr};
    const auto run = is_depthwise(w.shape, params) ? convolve_depthwise<T> : convolve<T>;
    if (y.numel() > 0) run(ctx, c, image.as<T>(), filter, epilogue, y.as<T>());
    if (mean) moments.write(mean.as<T>(), variance.as<T>());
  });
}

}  // namespace graft::cpu
