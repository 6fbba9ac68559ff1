// The gradient towards the input, phase by phase of the stride: each a plain correlation of dy with
// some taps of the filter, in and out channels exchanged. No scatter, no product with a zero, each
// pixel of dx written once.
#include <algorithm>
#include <type_traits>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/depthwise.h"
#include "graft/kernels/cpu/conv/folded.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/choice.h"
#include "graft/kernels/cpu/winograd/correlate.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

template <class T>
void correlate_phase(const KernelCtx& ctx, const GradientPhase& phase, const Shape& filter,
                     const T* dy, const T* w, T* dx) {
  const Correlation& c = phase.correlation;
  const int64_t pixel = filter[3], row = filter[2] * pixel, out = filter[1] * row;
  if constexpr (std::is_same_v<T, float>)
    if (winograd::applies(c)) {
      winograd::Filter flipped{w, {}, out, 1};
      auto tap = flipped.taps.begin();
      for (const int64_t i : phase.taps_h)
        for (const int64_t j : phase.taps_w) *tap++ = i * row + j * pixel;
      return winograd::correlate(ctx, c, dy, flipped, Epilogue<T>{}, dx);
    }
  if (folding_applies<T>(c)) {
    T* const packed = ctx.workspace.take_array<T>(folded_size<T>(c));
    pack_folded(
        c,
        [&](int64_t group, int64_t i, int64_t j, int64_t channel, int64_t column) {
          const int64_t tap = phase.taps_h[static_cast<size_t>(i)] * row +
                              phase.taps_w[static_cast<size_t>(j)] * pixel;
          return w[(group * c.channels + channel) * out + tap + column];
        },
        packed);
    return folded_correlate(ctx, c, dy, packed, Epilogue<T>{}, dx);
  }
  const ColumnBlocks blocks = ColumnBlocks::of<T>(c.columns);
  const int64_t depth = c.depth(), size = blocks.size(depth);
  T* const packed = ctx.workspace.take_array<T>(c.groups * size);
  parallel_for(c.groups * blocks.count(), [&](int64_t item, int) {
    const int64_t group = item / blocks.count(), block = item % blocks.count();
    const T* const from = w + group * c.channels * out + blocks.begin(block);
    T* to = packed + group * size + blocks.begin(block) * depth;
    for (const int64_t i : phase.taps_h)
      for (const int64_t j : phase.taps_w) {
        pack_block({from + i * row + j * pixel, out, 1}, c.channels, blocks.columns_of(block),
                   blocks.width_of(block), to);
        to += c.channels * blocks.width_of(block);
      }
  });
  correlate(ctx, c, dy, packed, Epilogue<T>{}, dx);
}

template <class T>
void correlate_phase_depthwise(const KernelCtx& ctx, const GradientPhase& phase,
                               const Shape& filter, const T* dy, const T* w, T* dx) {
  const int64_t channels = filter[0];
  T* const by_tap = ctx.workspace.take_array<T>(phase.correlation.depth() * channels);
  T* to = by_tap;
  for (const int64_t i : phase.taps_h)
    for (const int64_t j : phase.taps_w)
      for (int64_t channel = 0; channel < channels; ++channel)
        *to++ = w[(channel * filter[1] + i) * filter[2] + j];
  depthwise_correlate(ctx, phase.correlation, dy, by_tap, Epilogue<T>{}, dx);
}

}  // namespace

void conv2d_input_grad(const KernelCtx& ctx, ConstView dy, ConstView w, View dx,
                       const Conv2dParams& params) {
  if (dx.numel() == 0) return;
  const ConstView gradient = contiguous_operand(ctx, dy), filter = contiguous_operand(ctx, w);
  const auto phases = input_grad_phases(dx.shape, w.shape, dy.shape, params);
  with_float("conv2d_input_grad", dx.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run =
        is_depthwise(w.shape, params) ? correlate_phase_depthwise<T> : correlate_phase<T>;
    const ImageStrides dense = dense_strides(dx.shape);
    const bool gaps = dy.numel() == 0 || std::any_of(phases.begin(), phases.end(), [](auto& p) {
                        return p.taps_h.empty() || p.taps_w.empty();
                      });
    if (gaps) std::fill_n(dx.as<T>(), dx.numel(), T(0));  // pixels that no window sees
    if (dy.numel() == 0) return;
    for (const GradientPhase& phase : phases) {
      if (phase.taps_h.empty() || phase.taps_w.empty()) continue;
      Workspace scratch = ctx.workspace.nested();
      run({ctx.stream, scratch}, phase, w.shape, gradient.as<T>(), filter.as<T>(),
          dx.as<T>() + phase.row * dense.row + phase.col * dense.pixel);
    }
  });
}

}  // namespace graft::cpu
