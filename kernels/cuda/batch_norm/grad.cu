#include "graft/kernels/cuda/batch_norm/channel_sums.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

// h and h xhat
template <class T, int kSize>
struct GradientTerms {
  const T *g, *x;
  ChannelVectors<T> v;
  Activation activation;
  int64_t channels;
  __device__ void operator()(int64_t row, int64_t channel,
                             TwoSums<Compute<T>> (&sums)[kSize]) const {
    const int64_t first = row * channels + channel;
    const Pack<T, kSize> grad = load_pack<kSize>(g + first), in = load_pack<kSize>(x + first);
    for (int k = 0; k < kSize; ++k) {
      const int64_t c = channel + k;
      const Compute<T> value = widen(in.lane[k]);
      const Compute<T> h = before_activation(v, widen(grad.lane[k]), value, c, activation);
      sums[k].add({h, h * ((value - v.mean[c]) * v.rstd[c])});
    }
  }
};

template <class T, int kSize>
__global__ void input_gradients(const T* g, const T* x, ChannelVectors<T> v, Activation activation,
                                const Compute<T>* sum_h, const Compute<T>* sum_hx, T* dx,
                                ChannelRows rows) {
  const int64_t packs = rows.rows * rows.channels / kSize;
  const Compute<T> share = Compute<T>(1) / static_cast<Compute<T>>(rows.rows);
  for (GridStride i(packs); i; i.next()) {
    const int64_t first = i.at * kSize, channel = first % rows.channels;
    Pack<T, kSize> grad = load_pack<kSize>(g + first);
    const Pack<T, kSize> in = load_pack<kSize>(x + first);
    for (int k = 0; k < kSize; ++k) {
      const int64_t c = channel + k;
      const Compute<T> value = widen(in.lane[k]);
      const Compute<T> h = before_activation(v, widen(grad.lane[k]), value, c, activation);
      const Compute<T> xhat = (value - v.mean[c]) * v.rstd[c];
      grad.lane[k] = narrow<T>(v.scale[c] * (h - (sum_h[c] + xhat * sum_hx[c]) * share));
    }
    store_pack<kSize>(dx + first, grad);
  }
}

}  // namespace

void batch_norm_grad_sums(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                          ConstView rstd, ConstView scale, ConstView shift, Activation activation,
                          View sum_h, View sum_hx) {
  const ConstView grad = contiguous_operand(ctx, g), in = contiguous_operand(ctx, x);
  const ConstView m = contiguous_operand(ctx, mean), r = contiguous_operand(ctx, rstd);
  const ConstView s = contiguous_operand(ctx, scale), b = contiguous_operand(ctx, shift);
  const ChannelRows rows = channel_rows(x);
  with_floating("batch_norm_grad_sums", x.dtype, [&]<class T>(T) {
    using Number = Compute<T>;
    const ChannelVectors<T> vectors{m.as<Number>(), r.as<Number>(), s.as<Number>(), b.as<Number>()};
    with_pack_size<T>(
        rows.channels,
        [&]<int kSize>() {
          const GradientTerms<T, kSize> terms{grad.as<T>(), in.as<T>(), vectors, activation,
                                              rows.channels};
          channel_sums<Number, kSize>(ctx, rows, terms,
                                      StoreSums<Number>{sum_h.as<Number>(), sum_hx.as<Number>()});
        },
        grad.as<T>(), in.as<T>());
  });
}

void batch_norm_input_grad(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                           ConstView rstd, ConstView scale, ConstView shift, Activation activation,
                           ConstView sum_h, ConstView sum_hx, View dx) {
  const ConstView grad = contiguous_operand(ctx, g), in = contiguous_operand(ctx, x);
  const ConstView m = contiguous_operand(ctx, mean), r = contiguous_operand(ctx, rstd);
  const ConstView s = contiguous_operand(ctx, scale), b = contiguous_operand(ctx, shift);
  const ConstView h = contiguous_operand(ctx, sum_h), hx = contiguous_operand(ctx, sum_hx);
  const ChannelRows rows = channel_rows(x);
  with_floating("batch_norm_input_grad", dx.dtype, [&]<class T>(T) {
    using Number = Compute<T>;
    const ChannelVectors<T> vectors{m.as<Number>(), r.as<Number>(), s.as<Number>(), b.as<Number>()};
    with_pack_size<T>(
        rows.channels,
        [&]<int kSize>() {
          launch(ctx, grid_for(dx.numel() / kSize), input_gradients<T, kSize>, grad.as<T>(),
                 in.as<T>(), vectors, activation, h.as<Number>(), hx.as<Number>(), dx.as<T>(),
                 rows);
        },
        grad.as<T>(), in.as<T>(), dx.as<T>());
  });
}

}  // namespace graft::cuda
