#include "graft/kernels/cpu/conv/filter_forms.h"

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/derived_form.h"
#include "graft/kernels/cpu/product/bf16_correlate.h"
#include "graft/kernels/cpu/product/pack.h"

namespace graft::cpu {

template <class T>
const T* packed_filter(const KernelCtx& ctx, const ConstView& w, int64_t groups) {
  const int64_t columns = w.dim(0) / groups, depth = w.dim(1) * w.dim(2) * w.dim(3);
  const ColumnBlocks blocks = ColumnBlocks::of<T>(columns);
  const int64_t size = blocks.size(depth);
  return derived_form<T>(ctx, w, FormKind::Columns, groups, groups * size, [&](T* to) {
    parallel_for(groups, [&](int64_t group, int) {  // within one group, over its blocks
      pack_columns({w.as<T>() + group * columns * depth, 1, depth}, depth, blocks,
                   to + group * size);
    });
  });
}

const Bf16Pair* packed_filter_bf16(const KernelCtx& ctx, const ConstView& w, int64_t groups) {
  const int64_t columns = w.dim(0) / groups, taps = w.dim(1) * w.dim(2), channels = w.dim(3);
  const int64_t size = bf16_packed_size(taps, channels, columns);
  return derived_form<Bf16Pair>(ctx, w, FormKind::Bf16Columns, groups, groups * size,
                                [&](Bf16Pair* to) {
                                  for (int64_t group = 0; group < groups; ++group)
                                    bf16_pack(w.as<float>() + group * columns * taps * channels,
                                              taps, channels, columns, to + group * size);
                                });
}

template <class T>
const T* filter_by_tap(const KernelCtx& ctx, const ConstView& w) {
  const int64_t channels = w.dim(0), taps = w.dim(1) * w.dim(2);
  return derived_form<T>(ctx, w, FormKind::ByTap, 0, taps * channels, [&](T* to) {
    for (int64_t channel = 0; channel < channels; ++channel)
      for (int64_t tap = 0; tap < taps; ++tap)
        to[tap * channels + channel] = w.as<T>()[channel * taps + tap];
  });
}

template const float* packed_filter(const KernelCtx&, const ConstView&, int64_t);
template const double* packed_filter(const KernelCtx&, const ConstView&, int64_t);
template const float* filter_by_tap(const KernelCtx&, const ConstView&);
template const double* filter_by_tap(const KernelCtx&, const ConstView&);

}  // namespace graft::cpu
