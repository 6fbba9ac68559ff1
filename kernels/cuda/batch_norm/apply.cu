#include "graft/kernels/cuda/batch_norm/channels.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T, int kSize>
__global__ void apply_packs(const T* x, ChannelVectors<T> v, const T* residual,
                            Activation activation, T* y, ChannelRows rows) {
  const int64_t packs = rows.rows * rows.channels / kSize;
  for (GridStride i(packs); i; i.next()) {
    const int64_t first = i.at * kSize, channel = first % rows.channels;
    Pack<T, kSize> pack = load_pack<kSize>(x + first), other{};
    if (residual) other = load_pack<kSize>(residual + first);
    for (int k = 0; k < kSize; ++k) {
      Compute<T> value = normalised(v, widen(pack.lane[k]), channel + k);
      if (residual) value += widen(other.lane[k]);
      pack.lane[k] = narrow<T>(activate(value, activation));
    }
    store_pack<kSize>(y + first, pack);
  }
}

}  // namespace

void batch_norm_apply(const KernelCtx& ctx, ConstView x, ConstView mean, ConstView scale,
                      ConstView shift, ConstView residual, Activation activation, View y) {
  const ConstView dense = contiguous_operand(ctx, x), other = contiguous_operand(ctx, residual);
  const ConstView m = contiguous_operand(ctx, mean), s = contiguous_operand(ctx, scale);
  const ConstView b = contiguous_operand(ctx, shift);
  const ChannelRows rows = channel_rows(x);
  with_floating("batch_norm_apply", y.dtype, [&]<class T>(T) {
    const ChannelVectors<T> vectors{m.as<Compute<T>>(), nullptr, s.as<Compute<T>>(),
                                    b.as<Compute<T>>()};
    with_pack_size<T>(
        rows.channels,
        [&]<int kSize>() {
          launch(ctx, grid_for(y.numel() / kSize), apply_packs<T, kSize>, dense.as<T>(), vectors,
                 other.as<T>(), activation, y.as<T>(), rows);
        },
        dense.as<T>(), other.as<T>(), y.as<T>());
  });
}

}  // namespace graft::cuda
