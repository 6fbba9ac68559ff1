// Layer normalisation of rows (Ba, Kiros and Hinton 2016). A short row is a warp's, a long one a
// block's; its threads read it pack by pack, once from memory and then from the cache. Statistics
// come from the corrected two-pass algorithm (Chan, Golub and LeVeque, The American Statistician
// 1983): the mean found first is only a centre, the deviations from it correct both.
#include <cmath>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cuda/batch_norm/channel_sums.h"
#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

constexpr int64_t kPacksOfWarp = 8 * kWarp;  // of a row, at most; longer ones are a block's

// The rows that kThreads threads of a block take together, and the thread's part of each.
template <int kThreads>
struct SharedRows {
  static constexpr int kSharers = kBlock / kThreads;  // rows of a block at a time
  int64_t at, rows;
  __device__ explicit SharedRows(int64_t count)
      : at(int64_t{blockIdx.x} * kSharers + threadIdx.x / kThreads), rows(count) {}
  __device__ explicit operator bool() const { return at < rows; }
  __device__ void next() { at += int64_t{gridDim.x} * kSharers; }

  // body(first element) for each pack of the row that is this thread's.
  template <int kSize, class Body>
  __device__ void packs(int64_t width, const Body& body) const {
    for (int64_t i = threadIdx.x % kThreads * kSize; i < width; i += kThreads * kSize) body(i);
  }
  // Over the threads that share the row; each of them gets it.
  __device__ static double sum(double value) {
    if constexpr (kThreads == kWarp)
      return warp_reduce<SumOf>(value);
    else
      return block_reduce<kBlock, SumOf>(value);
  }
};

template <class T, int kSize, int kThreads>
__global__ void normalise_rows(const T* x, const Compute<T>* gamma, const Compute<T>* beta,
                               double eps, Compute<T>* mean, Compute<T>* rstd, T* y,
                               ChannelRows of) {
  using Number = Compute<T>;
  for (SharedRows<kThreads> row(of.rows); row; row.next()) {
    const int64_t begin = row.at * of.channels;
    const auto n = static_cast<double>(of.channels);
    Number sum = 0;
    row.template packs<kSize>(of.channels, [&](int64_t i) {
      const Pack<T, kSize> in = load_pack<kSize>(x + begin + i);
      for (int k = 0; k < kSize; ++k) sum += widen(in.lane[k]);
    });
    const auto centre = static_cast<Number>(row.sum(static_cast<double>(sum)) / n);
    Number deviations = 0, squares = 0;
    row.template packs<kSize>(of.channels, [&](int64_t i) {
      const Pack<T, kSize> in = load_pack<kSize>(x + begin + i);
      for (int k = 0; k < kSize; ++k) {
        const Number d = widen(in.lane[k]) - centre;
        deviations += d;
        squares += d * d;
      }
    });
    const double off = row.sum(static_cast<double>(deviations)), shift = off / n;
    const double variance = (row.sum(static_cast<double>(squares)) - off * shift) / n;
    const auto m = static_cast<Number>(static_cast<double>(centre) + shift);
    const auto r = static_cast<Number>(1.0 / std::sqrt(variance + eps));
    if (threadIdx.x % kThreads == 0) {
      mean[row.at] = m;
      rstd[row.at] = r;
    }
    row.template packs<kSize>(of.channels, [&](int64_t i) {
      Pack<T, kSize> pack = load_pack<kSize>(x + begin + i);
      for (int k = 0; k < kSize; ++k)
        pack.lane[k] =
            narrow<T>(std::fma((widen(pack.lane[k]) - m) * r, gamma[i + k], beta[i + k]));
      store_pack<kSize>(y + begin + i, pack);
    });
  }
}

template <class T, int kSize, int kThreads>
__global__ void input_gradients(const T* g, const T* x, const Compute<T>* gamma,
                                const Compute<T>* mean, const Compute<T>* rstd, T* dx,
                                ChannelRows of) {
  using Number = Compute<T>;
  for (SharedRows<kThreads> row(of.rows); row; row.next()) {
    const int64_t begin = row.at * of.channels;
    const Number m = mean[row.at], r = rstd[row.at];
    Number sum_h = 0, sum_hx = 0;
    row.template packs<kSize>(of.channels, [&](int64_t i) {
      const Pack<T, kSize> grad = load_pack<kSize>(g + begin + i);
      const Pack<T, kSize> in = load_pack<kSize>(x + begin + i);
      for (int k = 0; k < kSize; ++k) {
        const Number h = widen(grad.lane[k]) * gamma[i + k];
        sum_h += h;
        sum_hx += h * ((widen(in.lane[k]) - m) * r);
      }
    });
    const auto n = static_cast<double>(of.channels);
    const auto offset = static_cast<Number>(row.sum(static_cast<double>(sum_h)) / n);
    const auto slope = static_cast<Number>(row.sum(static_cast<double>(sum_hx)) / n);
    row.template packs<kSize>(of.channels, [&](int64_t i) {
      Pack<T, kSize> grad = load_pack<kSize>(g + begin + i);
      const Pack<T, kSize> in = load_pack<kSize>(x + begin + i);
      for (int k = 0; k < kSize; ++k) {
        const Number h = widen(grad.lane[k]) * gamma[i + k];
        const Number xhat = (widen(in.lane[k]) - m) * r;
        grad.lane[k] = narrow<T>(r * (h - offset - xhat * slope));
      }
      store_pack<kSize>(dx + begin + i, grad);
    });
  }
}

// g and g xhat
template <class T, int kSize>
struct ParameterTerms {
  const T *g, *x;
  const Compute<T>*mean, *rstd;
  int64_t channels;
  __device__ void operator()(int64_t row, int64_t channel,
                             TwoSums<Compute<T>> (&sums)[kSize]) const {
    const int64_t first = row * channels + channel;
    const Pack<T, kSize> grad = load_pack<kSize>(g + first), in = load_pack<kSize>(x + first);
    const Compute<T> m = mean[row], r = rstd[row];
    for (int k = 0; k < kSize; ++k) {
      const Compute<T> h = widen(grad.lane[k]);
      sums[k].add({h, h * ((widen(in.lane[k]) - m) * r)});
    }
  }
};

// Calls body.operator()<kSize, kThreads>(grid) with the pack and the sharing that suit the rows.
template <class T, class Body, class... Pointers>
void with_sharing(const ChannelRows& of, const Body& body, const Pointers*... pointers) {
  with_pack_size<T>(
      of.channels,
      [&]<int kSize>() {
        const auto grid = [&](int64_t sharers) -> Grid {
          return {static_cast<unsigned>(std::min(ceil_div(of.rows, sharers), kMostBlocks))};
        };
        if (of.channels <= kPacksOfWarp * kSize)
          body.template operator()<kSize, kWarp>(grid(SharedRows<kWarp>::kSharers));
        else
          body.template operator()<kSize, kBlock>(grid(SharedRows<kBlock>::kSharers));
      },
      pointers...);
}

}  // namespace

void layer_norm(const KernelCtx& ctx, ConstView x, ConstView gamma, ConstView beta, double eps,
                View mean, View rstd, View y) {
  const ConstView in = contiguous_operand(ctx, x);
  const ConstView scale = contiguous_operand(ctx, gamma), shift = contiguous_operand(ctx, beta);
  const ChannelRows rows = channel_rows(x);
  with_floating("layer_norm", y.dtype, [&]<class T>(T) {
    using Number = Compute<T>;
    with_sharing<T>(
        rows,
        [&]<int kSize, int kThreads>(const Grid& grid) {
          launch(ctx, grid, normalise_rows<T, kSize, kThreads>, in.as<T>(), scale.as<Number>(),
                 shift.as<Number>(), eps, mean.as<Number>(), rstd.as<Number>(), y.as<T>(), rows);
        },
        in.as<T>(), y.as<T>());
  });
}

void layer_norm_input_grad(const KernelCtx& ctx, ConstView g, ConstView x, ConstView gamma,
                           ConstView mean, ConstView rstd, View dx) {
  const ConstView grad = contiguous_operand(ctx, g), in = contiguous_operand(ctx, x);
  const ConstView scale = contiguous_operand(ctx, gamma);
  const ChannelRows rows = channel_rows(x);
  with_floating("layer_norm_input_grad", dx.dtype, [&]<class T>(T) {
    using Number = Compute<T>;
    with_sharing<T>(
        rows,
        [&]<int kSize, int kThreads>(const Grid& grid) {
          launch(ctx, grid, input_gradients<T, kSize, kThreads>, grad.as<T>(), in.as<T>(),
                 scale.as<Number>(), mean.as<Number>(), rstd.as<Number>(), dx.as<T>(), rows);
        },
        grad.as<T>(), in.as<T>(), dx.as<T>());
  });
}

void layer_norm_parameter_grads(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                                ConstView rstd, View dgamma, View dbeta) {
  const ConstView grad = contiguous_operand(ctx, g), in = contiguous_operand(ctx, x);
  const ChannelRows rows = channel_rows(x);
  with_floating("layer_norm_parameter_grads", x.dtype, [&]<class T>(T) {
    using Number = Compute<T>;
    with_pack_size<T>(
        rows.channels,
        [&]<int kSize>() {
          const ParameterTerms<T, kSize> terms{grad.as<T>(), in.as<T>(), mean.as<Number>(),
                                               rstd.as<Number>(), rows.channels};
          channel_sums<Number, kSize>(ctx, rows, terms,
                                      StoreSums<Number>{dbeta.as<Number>(), dgamma.as<Number>()});
        },
        grad.as<T>(), in.as<T>());
  });
}

}  // namespace graft::cuda
