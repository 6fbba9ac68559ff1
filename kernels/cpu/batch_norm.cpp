// Batch normalisation over the rows of x [rows, C].
//
// x is cut into blocks of rows and channels whose size depends on the shape alone; sums over blocks
// are added in f64, in order. So results do not depend on the number of threads.
#include <algorithm>
#include <cmath>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/batch_norm_rows.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

constexpr int64_t kBlockElements = 32768;  // a block stays in the second-level cache
constexpr int64_t kWideRow = 256;          // elements
constexpr int64_t kFewestPixels = 112;     // of a piece of the moments: each has a cost of its own

// Where x has few channels some of its rows are one row here: a loop over 16 channels is shorter
// than the latency of its sums.
struct Blocks {
  int64_t fold;  // rows of x in one row here
  int64_t rows, channels, block_rows, block_channels, down, across;

  explicit Blocks(const ConstView& x) : fold(1), channels(x.dim(x.rank() - 1)) {
    rows = channels ? x.numel() / channels : 0;
    for (; rows > 0 && rows % 2 == 0 && 2 * channels <= kWideRow; rows /= 2) {
      fold *= 2;
      channels *= 2;
    }
    block_channels = std::clamp<int64_t>(channels, 1, kMaxBlockChannels);
    block_rows = kBlockElements / block_channels;
    down = ceil_div(rows, block_rows);
    across = ceil_div(channels, block_channels);
  }

  int64_t parts() const { return down * channels; }
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

// A [C] operand as wide as the rows of the blocks, null if it is absent.
template <class T>
const T* per_channel(const KernelCtx& ctx, const Blocks& blocks, const ConstView& operand) {
  if (!operand || blocks.fold == 1) return operand ? operand.as<T>() : nullptr;
  T* const wide = ctx.workspace.take_array<T>(blocks.channels);
  const int64_t count = blocks.channels / blocks.fold;
  for (int64_t i = 0; i < blocks.fold; ++i) std::copy_n(operand.as<T>(), count, wide + i * count);
  return wide;
}

template <class T>
Normalisation<T> from(const Normalisation<T>& whole, Position at) {
  const auto shifted = [&](const T* vector) { return vector ? vector + at.channel : nullptr; };
  return {whole.x + at.element, shifted(whole.mean), shifted(whole.scale), shifted(whole.shift),
          whole.activation};
}

// Pixels are taken as they are: the sums of a channel stay in registers.
template <class T>
void stats(const KernelCtx& ctx, const ConstView& x, T* mean, T* variance) {
  const int64_t channels = x.dim(x.rank() - 1), pixels = channels ? x.numel() / channels : 0;
  const int64_t piece_pixels =
      std::max(kFewestPixels, kBlockElements / std::max<int64_t>(channels, 1));
  const int64_t pieces = ceil_div(pixels, piece_pixels);
  const int64_t across = ceil_div(channels, kMaxBlockChannels);
  Moments<T> moments(channels);
  moments.begin(ctx, pieces);
  parallel_for(pieces * across, [&](int64_t chunk, int) {
    const int64_t piece = chunk / across, pixel = piece * piece_pixels;
    const int64_t channel = chunk % across * kMaxBlockChannels;
    moments.take(piece, channel, std::min(kMaxBlockChannels, channels - channel),
                 {x.as<T>() + pixel * channels + channel, std::min(piece_pixels, pixels - pixel)});
  });
  moments.write(mean, variance);
}

template <class T>
void grad_sums(const KernelCtx& ctx, const T* g, const Blocks& blocks, const Normalisation<T>& by,
               const T* rstd, T* sum_h, T* sum_hx) {
  const int64_t channels = blocks.channels / blocks.fold;
  double* parts_h = ctx.workspace.take_array<double>(2 * (blocks.parts() + channels));
  double* parts_hx = parts_h + blocks.parts();
  double* total = parts_hx + blocks.parts();
  for_blocks(blocks, [&](RowBlock block, Position at) {
    with_simd([&]<SimdLevel kLevel>() {
      block_grad_sums<kLevel>(g + at.element, from(by, at), block, parts_h + at.part,
                              parts_hx + at.part);
    });
  });
  std::fill_n(total, 2 * channels, 0.0);
  for (int64_t i = 0; i < blocks.down * blocks.fold; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      total[c] += parts_h[i * channels + c];
      total[channels + c] += parts_hx[i * channels + c];
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    sum_h[c] = static_cast<T>(total[c]);
    sum_hx[c] = static_cast<T>(total[channels + c] * static_cast<double>(rstd[c]));
  }
}

template <class T>
void input_grad(const KernelCtx& ctx, const T* g, const Blocks& blocks, const Normalisation<T>& by,
                const T* rstd, const T* sum_h, const T* sum_hx, T* dx) {
  T* offset = ctx.workspace.take_array<T>(2 * blocks.channels);
  T* slope = offset + blocks.channels;
  const auto count = static_cast<T>(blocks.rows * blocks.fold);
  for (int64_t c = 0; c < blocks.channels; ++c) {
    offset[c] = sum_h[c] / count;
    slope[c] = sum_hx[c] * rstd[c] / count;
  }
  for_blocks(blocks, [&](RowBlock block, Position at) {
    with_simd([&]<SimdLevel kLevel>() {
      block_input_grad<kLevel>(g + at.element, from(by, at), offset + at.channel,
                               slope + at.channel, block, dx + at.element);
    });
  });
}

// A [C] operand, zeros if it is absent.
template <class T>
const T* or_zeros(const KernelCtx& ctx, const Blocks& blocks, const ConstView& operand) {
  if (operand) return per_channel<T>(ctx, blocks, operand);
  T* const zeros = ctx.workspace.take_array<T>(blocks.channels);
  std::fill_n(zeros, blocks.channels, T(0));
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
    const Normalisation<T> by{x.as<T>(), or_zeros<T>(ctx, blocks, mean),
                              per_channel<T>(ctx, blocks, scale), or_zeros<T>(ctx, blocks, shift),
                              activation};
    for_blocks(blocks, [&](RowBlock block, Position at) {
      with_simd([&]<SimdLevel kLevel>() {
        block_apply<kLevel>(from(by, at), residual ? residual.as<T>() + at.element : nullptr, block,
                            y.as<T>() + at.element);
      });
    });
  });
}

void batch_norm_grad_sums(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                          ConstView rstd, ConstView scale, ConstView shift, Activation activation,
                          View sum_h, View sum_hx) {
  for (ConstView* operand : {&g, &x, &mean, &rstd, &scale, &shift})
    *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_grad_sums", x.dtype, [&]<class T>(T) {
    const Blocks blocks(x);
    const Normalisation<T> by{x.as<T>(), per_channel<T>(ctx, blocks, mean),
                              per_channel<T>(ctx, blocks, scale),
                              per_channel<T>(ctx, blocks, shift), activation};
    grad_sums(ctx, g.as<T>(), blocks, by, rstd.as<T>(), sum_h.as<T>(), sum_hx.as<T>());
  });
}

void batch_norm_input_grad(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                           ConstView rstd, ConstView scale, ConstView shift, Activation activation,
                           ConstView sum_h, ConstView sum_hx, View dx) {
  for (ConstView* operand : {&g, &x, &mean, &rstd, &scale, &shift, &sum_h, &sum_hx})
    *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_input_grad", x.dtype, [&]<class T>(T) {
    const Blocks blocks(x);
    const auto wide = [&](const ConstView& v) { return per_channel<T>(ctx, blocks, v); };
    const Normalisation<T> by{x.as<T>(), wide(mean), wide(scale), wide(shift), activation};
    input_grad(ctx, g.as<T>(), blocks, by, wide(rstd), wide(sum_h), wide(sum_hx), dx.as<T>());
  });
}

}  // namespace graft::cpu
