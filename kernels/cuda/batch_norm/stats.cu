#include "graft/kernels/cuda/batch_norm/channel_sums.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

// Sums of x - x[0] and of its square: the first row stands in for the mean, so that little cancels.
template <class T, int kSize>
struct PivotedTerms {
  const T* x;
  int64_t channels;
  __device__ void operator()(int64_t row, int64_t channel,
                             TwoSums<Compute<T>> (&sums)[kSize]) const {
    const Pack<T, kSize> pivot = load_pack<kSize>(x + channel);
    const Pack<T, kSize> pack = load_pack<kSize>(x + row * channels + channel);
    for (int k = 0; k < kSize; ++k) {
      const Compute<T> d = widen(pack.lane[k]) - widen(pivot.lane[k]);
      sums[k].add({d, d * d});
    }
  }
};

template <class T>
struct MeanAndVariance {
  const T* x;
  double count;
  Compute<T>*mean, *variance;
  __device__ void operator()(int64_t channel, double sum, double squares) const {
    const double offset = sum / count;
    mean[channel] = static_cast<Compute<T>>(static_cast<double>(widen(x[channel])) + offset);
    const double biased = squares / count - offset * offset;
    variance[channel] = static_cast<Compute<T>>(biased < 0 ? 0 : biased);
  }
};

template <class Number>
__global__ void scales(const Number* gamma, const Number* variance, double eps, Number* rstd,
                       Number* scale, int64_t channels) {
  for (GridStride i(channels); i; i.next()) {
    const double r = 1.0 / std::sqrt(static_cast<double>(variance[i.at]) + eps);
    rstd[i.at] = static_cast<Number>(r);
    scale[i.at] = gamma[i.at] * static_cast<Number>(r);
  }
}

}  // namespace

void batch_norm_stats(const KernelCtx& ctx, ConstView x, View mean, View variance) {
  const ConstView dense = contiguous_operand(ctx, x);
  const ChannelRows rows = channel_rows(x);
  with_floating("batch_norm_stats", x.dtype, [&]<class T>(T) {
    const T* const in = dense.as<T>();
    const MeanAndVariance<T> finish{in, static_cast<double>(rows.rows), mean.as<Compute<T>>(),
                                    variance.as<Compute<T>>()};
    with_pack_size<T>(
        rows.channels,
        [&]<int kSize>() {
          channel_sums<Compute<T>, kSize>(ctx, rows, PivotedTerms<T, kSize>{in, rows.channels},
                                          finish);
        },
        in);
  });
}

void batch_norm_scale(const KernelCtx& ctx, ConstView gamma, ConstView variance, double eps,
                      View rstd, View scale) {
  const ConstView g = contiguous_operand(ctx, gamma), v = contiguous_operand(ctx, variance);
  with_float("batch_norm_scale", rstd.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(rstd.numel()), scales<T>, g.as<T>(), v.as<T>(), eps, rstd.as<T>(),
           scale.as<T>(), rstd.numel());
  });
}

}  // namespace graft::cuda
