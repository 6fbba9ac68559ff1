// Batch normalisation over the rows of x [rows, C].
//
// x is cut into blocks of rows and channels whose size depends on the shape alone; sums over blocks
// are added in f64, in order. So results do not depend on the number of threads.
#include <algorithm>
#include <cmath>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/batch_norm_rows.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/kernels.h"

namespace graft::cpu {
namespace {

constexpr int64_t kBlockElements = 32768;  // a block stays in the second-level cache

struct Blocks {
  int64_t rows, channels, block_rows, block_channels, down, across;

  explicit Blocks(const ConstView& x) : channels(x.dim(x.rank() - 1)) {
    rows = channels ? x.numel() / channels : 0;
    block_channels = std::clamp<int64_t>(channels, 1, kMaxBlockChannels);
    block_rows = kBlockElements / block_channels;
    down = (rows + block_rows - 1) / block_rows;
    across = (channels + block_channels - 1) / block_channels;
  }
};

struct Position {
  int64_t element;  // of x: the block's first
  int64_t channel;  // the block's first
  int64_t part;     // where [down, channels] results of the block begin
};

// Runs body(RowBlock, Position) over all blocks, in parallel.
template <class Body>
void for_blocks(const Blocks& blocks, const Body& body) {
  parallel_for(blocks.down * blocks.across, [&](int64_t chunk, int) {
    const int64_t down = chunk / blocks.across, row = down * blocks.block_rows;
    const int64_t channel = chunk % blocks.across * blocks.block_channels;
    body(RowBlock{std::min(blocks.block_rows, blocks.rows - row),
                  std::min(blocks.block_channels, blocks.channels - channel), blocks.channels},
         Position{row * blocks.channels + channel, channel, down * blocks.channels + channel});
  });
}

template <class T>
void stats(const KernelCtx& ctx, const ConstView& x, T* mean, T* variance) {
  const Blocks blocks(x);
  const int64_t channels = blocks.channels;
  double* means = ctx.workspace.take_array<double>(2 * (blocks.down + 1) * channels);
  double* m2s = means + blocks.down * channels;
  double* centre = m2s + blocks.down * channels;
  double* m2 = centre + channels;
  for_blocks(blocks, [&](RowBlock block, Position at) {
    with_simd([&]<SimdLevel kLevel>() {
      block_moments<kLevel>(x.as<T>() + at.element, block, means + at.part, m2s + at.part);
    });
  });
  // Chan, Golub and LeVeque 1979: moments of the union from the moments of the parts.
  std::fill_n(centre, 2 * channels, 0.0);
  for (int64_t i = 0; i < blocks.down; ++i) {
    const int64_t done = i * blocks.block_rows;
    const auto n = static_cast<double>(done);
    const auto part = static_cast<double>(std::min(blocks.block_rows, blocks.rows - done));
    const double share = part / (n + part), weight = n * share;
    for (int64_t c = 0; c < channels; ++c) {
      const double delta = means[i * channels + c] - centre[c];
      centre[c] += delta * share;
      m2[c] += m2s[i * channels + c] + delta * delta * weight;
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    mean[c] = static_cast<T>(centre[c]);
    variance[c] = static_cast<T>(m2[c] / static_cast<double>(blocks.rows));
  }
}

template <class T>
void grad_sums(const KernelCtx& ctx, const ConstView& g, const ConstView& x, const T* mean,
               const T* rstd, T* sum_g, T* sum_gx) {
  const Blocks blocks(x);
  const int64_t channels = blocks.channels;
  double* parts_g = ctx.workspace.take_array<double>(2 * (blocks.down + 1) * channels);
  double* parts_gx = parts_g + blocks.down * channels;
  double* total = parts_gx + blocks.down * channels;
  for_blocks(blocks, [&](RowBlock block, Position at) {
    with_simd([&]<SimdLevel kLevel>() {
      block_grad_sums<kLevel>(g.as<T>() + at.element, x.as<T>() + at.element, mean + at.channel,
                              block, parts_g + at.part, parts_gx + at.part);
    });
  });
  std::fill_n(total, 2 * channels, 0.0);
  for (int64_t i = 0; i < blocks.down; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      total[c] += parts_g[i * channels + c];
      total[channels + c] += parts_gx[i * channels + c];
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    sum_g[c] = static_cast<T>(total[c]);
    sum_gx[c] = static_cast<T>(total[channels + c] * static_cast<double>(rstd[c]));
  }
}

template <class T>
void input_grad(const KernelCtx& ctx, const ConstView& g, const ConstView& x, const T* mean,
                const T* rstd, const T* gamma, const T* sum_g, const T* sum_gx, T* dx) {
  const Blocks blocks(x);
  T* scale = ctx.workspace.take_array<T>(3 * blocks.channels);
  T* offset = scale + blocks.channels;
  T* slope = offset + blocks.channels;
  const auto count = static_cast<T>(blocks.rows);
  for (int64_t c = 0; c < blocks.channels; ++c) {
    scale[c] = gamma[c] * rstd[c];
    offset[c] = sum_g[c] / count;
    slope[c] = sum_gx[c] * rstd[c] / count;
  }
  for_blocks(blocks, [&](RowBlock block, Position at) {
    with_simd([&]<SimdLevel kLevel>() {
      block_input_grad<kLevel>(g.as<T>() + at.element, x.as<T>() + at.element, mean + at.channel,
                               scale + at.channel, offset + at.channel, slope + at.channel, block,
                               dx + at.element);
    });
  });
}

// The elements of a [C] operand, zeros if it is absent.
template <class T>
const T* or_zeros(const KernelCtx& ctx, const ConstView& operand, int64_t count) {
  if (operand) return operand.as<T>();
  T* const zeros = ctx.workspace.take_array<T>(count);
  std::fill_n(zeros, count, T(0));
  return zeros;
}

}  // namespace

void batch_norm_stats(const KernelCtx& ctx, ConstView x, View mean, View variance) {
  x = contiguous_operand(ctx, x);
  with_float("batch_norm_stats", x.dtype,
             [&]<class T>(T) { stats(ctx, x, mean.as<T>(), variance.as<T>()); });
}

void batch_norm_scale(const KernelCtx& ctx, ConstView gamma, ConstView variance, double eps,
                      View rstd, View scale) {
  for (ConstView* operand : {&gamma, &variance}) *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_scale", gamma.dtype, [&]<class T>(T) {
    for (int64_t c = 0; c < gamma.numel(); ++c) {
      const double r = 1.0 / std::sqrt(static_cast<double>(variance.as<T>()[c]) + eps);
      rstd.as<T>()[c] = static_cast<T>(r);
      scale.as<T>()[c] = static_cast<T>(static_cast<double>(gamma.as<T>()[c]) * r);
    }
  });
}

void batch_norm_apply(const KernelCtx& ctx, ConstView x, ConstView mean, ConstView scale,
                      ConstView shift, ConstView residual, Activation activation, View y) {
  for (ConstView* operand : {&x, &mean, &scale, &shift, &residual})
    *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_apply", x.dtype, [&]<class T>(T) {
    const Blocks blocks(x);
    const T* centre = or_zeros<T>(ctx, mean, blocks.channels);
    const T* term = or_zeros<T>(ctx, shift, blocks.channels);
    for_blocks(blocks, [&](RowBlock block, Position at) {
      with_simd([&]<SimdLevel kLevel>() {
        block_apply<kLevel>(x.as<T>() + at.element, centre + at.channel, scale.as<T>() + at.channel,
                            term + at.channel, residual ? residual.as<T>() + at.element : nullptr,
                            activation, block, y.as<T>() + at.element);
      });
    });
  });
}

void batch_norm_grad_sums(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                          ConstView rstd, View sum_g, View sum_gx) {
  for (ConstView* operand : {&g, &x, &mean, &rstd}) *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_grad_sums", x.dtype, [&]<class T>(T) {
    grad_sums(ctx, g, x, mean.as<T>(), rstd.as<T>(), sum_g.as<T>(), sum_gx.as<T>());
  });
}

void batch_norm_input_grad(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                           ConstView rstd, ConstView gamma, ConstView sum_g, ConstView sum_gx,
                           View dx) {
  for (ConstView* operand : {&g, &x, &mean, &rstd, &gamma, &sum_g, &sum_gx})
    *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_input_grad", x.dtype, [&]<class T>(T) {
    input_grad(ctx, g, x, mean.as<T>(), rstd.as<T>(), gamma.as<T>(), sum_g.as<T>(), sum_gx.as<T>(),
               dx.as<T>());
  });
}

}  // namespace graft::cpu
