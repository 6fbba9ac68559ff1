// Batch normalisation over the rows of x [rows, C], vectorised over C.
//
// Statistics and gradient sums cut x into blocks of rows and channels whose size depends on the
// shape alone. Within a block, groups of rows are summed in the working type; groups and blocks
// are added in f64, in order. So results do not depend on the number of threads.
#include <algorithm>
#include <cmath>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

constexpr int64_t kMaxChannels = 256;      // of a block: its sums stay in the first-level cache
constexpr int64_t kBlockElements = 32768;  // of a block: it stays in the second-level cache

struct Blocks {
  int64_t rows, channels, block_rows, block_channels, down, across;

  explicit Blocks(const ConstView& x) : channels(x.dim(x.rank() - 1)) {
    rows = channels ? x.numel() / channels : 0;
    block_channels = std::clamp<int64_t>(channels, 1, kMaxChannels);
    block_rows = kBlockElements / block_channels;
    down = (rows + block_rows - 1) / block_rows;
    across = (channels + block_channels - 1) / block_channels;
  }
};

struct Block {
  int64_t index;  // among the blocks that share these channels
  int64_t row_begin, row_end, channel, lanes;
  int64_t rows() const { return row_end - row_begin; }
};

template <class Body>
void for_blocks(const Blocks& blocks, const Body& body) {
  parallel_for(blocks.down * blocks.across, [&](int64_t chunk, int) {
    const int64_t down = chunk / blocks.across;
    const int64_t channel = chunk % blocks.across * blocks.block_channels;
    const int64_t begin = down * blocks.block_rows;
    body(Block{down, begin, std::min(begin + blocks.block_rows, blocks.rows), channel,
               std::min(blocks.block_channels, blocks.channels - channel)});
  });
}

// Runs body(first row, last row) over groups short enough to sum in f32.
template <class Body>
void for_groups(const Block& block, const Body& body) {
  constexpr int64_t kGroup = 128;
  for (int64_t row = block.row_begin; row < block.row_end; row += kGroup)
    body(row, std::min(row + kGroup, block.row_end));
}

// Mean and sum of squared deviations of one block. The mean found first is only a centre: the
// second pass corrects for its rounding.
template <class T>
void block_moments(const T* x, int64_t channels, const Block& block, double* mean, double* m2) {
  const auto count = static_cast<double>(block.rows());
  T centre[kMaxChannels] = {};
  for (int64_t row = block.row_begin; row < block.row_end; ++row) {
    const T* in = x + row * channels + block.channel;
    for (int64_t c = 0; c < block.lanes; ++c) centre[c] += in[c];
  }
  for (int64_t c = 0; c < block.lanes; ++c) centre[c] /= static_cast<T>(count);
  double sum[kMaxChannels] = {}, squares[kMaxChannels] = {};
  for_groups(block, [&](int64_t begin, int64_t end) {
    T group_sum[kMaxChannels] = {}, group_squares[kMaxChannels] = {};
    for (int64_t row = begin; row < end; ++row) {
      const T* in = x + row * channels + block.channel;
      for (int64_t c = 0; c < block.lanes; ++c) {
        const T d = in[c] - centre[c];
        group_sum[c] += d;
        group_squares[c] += d * d;
      }
    }
    for (int64_t c = 0; c < block.lanes; ++c) sum[c] += static_cast<double>(group_sum[c]);
    for (int64_t c = 0; c < block.lanes; ++c) squares[c] += static_cast<double>(group_squares[c]);
  });
  for (int64_t c = 0; c < block.lanes; ++c) {
    const double shift = sum[c] / count;
    mean[c] = static_cast<double>(centre[c]) + shift;
    m2[c] = squares[c] - sum[c] * shift;
  }
}

template <class T>
void stats(const KernelCtx& ctx, const ConstView& x, T* mean, T* variance) {
  const Blocks blocks(x);
  const int64_t channels = blocks.channels;
  double* means = ctx.workspace.take_array<double>(2 * (blocks.down + 1) * channels);
  double* m2s = means + blocks.down * channels;
  double* centre = m2s + blocks.down * channels;
  double* m2 = centre + channels;
  for_blocks(blocks, [&](const Block& block) {
    const int64_t at = block.index * channels + block.channel;
    block_moments(x.as<T>(), channels, block, means + at, m2s + at);
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
  for_blocks(blocks, [&](const Block& block) {
    const int64_t at = block.index * channels + block.channel;
    std::fill_n(parts_g + at, block.lanes, 0.0);
    std::fill_n(parts_gx + at, block.lanes, 0.0);
    const T* centre = mean + block.channel;
    for_groups(block, [&](int64_t begin, int64_t end) {
      T group_g[kMaxChannels] = {}, group_gx[kMaxChannels] = {};
      for (int64_t row = begin; row < end; ++row) {
        const T* gs = g.as<T>() + row * channels + block.channel;
        const T* xs = x.as<T>() + row * channels + block.channel;
        for (int64_t c = 0; c < block.lanes; ++c) {
          group_g[c] += gs[c];
          group_gx[c] += gs[c] * (xs[c] - centre[c]);
        }
      }
      for (int64_t c = 0; c < block.lanes; ++c) {
        parts_g[at + c] += static_cast<double>(group_g[c]);
        parts_gx[at + c] += static_cast<double>(group_gx[c]);
      }
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
  for_blocks(blocks, [&](const Block& block) {
    const int64_t first = block.channel;
    for (int64_t row = block.row_begin; row < block.row_end; ++row) {
      const int64_t at = row * blocks.channels + first;
      const T *gs = g.as<T>() + at, *xs = x.as<T>() + at;
      T* out = dx + at;
      for (int64_t c = 0; c < block.lanes; ++c)
        out[c] = scale[first + c] *
                 (gs[c] - offset[first + c] - (xs[c] - mean[first + c]) * slope[first + c]);
    }
  });
}

template <class T>
const T* zeros(const KernelCtx& ctx, int64_t count) {
  T* const out = ctx.workspace.take_array<T>(count);
  std::fill_n(out, count, T(0));
  return out;
}

struct Identity {
  template <class T>
  static T f(T x) {
    return x;
  }
};

template <class Act, class T>
void scale_shift_rows(const ConstView& x, const T* scale, const T* shift, const T* residual, T* y) {
  const Blocks blocks(x);
  for_blocks(blocks, [&](const Block& block) {
    const T *factor = scale + block.channel, *term = shift + block.channel;
    for (int64_t row = block.row_begin; row < block.row_end; ++row) {
      const int64_t at = row * blocks.channels + block.channel;
      const T* in = x.as<T>() + at;
      T* out = y + at;
      if (residual) {
        for (int64_t c = 0; c < block.lanes; ++c)
          out[c] = Act::f(in[c] * factor[c] + term[c] + residual[at + c]);
      } else {
        for (int64_t c = 0; c < block.lanes; ++c) out[c] = Act::f(in[c] * factor[c] + term[c]);
      }
    }
  });
}

}  // namespace

void batch_norm_stats(const KernelCtx& ctx, ConstView x, View mean, View variance) {
  x = contiguous_operand(ctx, x);
  with_float("batch_norm_stats", x.dtype,
             [&]<class T>(T) { stats(ctx, x, mean.as<T>(), variance.as<T>()); });
}

void batch_norm_fold(const KernelCtx& ctx, ConstView gamma, ConstView beta, ConstView mean,
                     ConstView variance, double eps, View rstd, View scale, View shift) {
  for (ConstView* operand : {&gamma, &beta, &mean, &variance})
    *operand = contiguous_operand(ctx, *operand);
  with_float("batch_norm_fold", gamma.dtype, [&]<class T>(T) {
    for (int64_t c = 0; c < gamma.numel(); ++c) {
      const double r = 1.0 / std::sqrt(static_cast<double>(variance.as<T>()[c]) + eps);
      const double s = static_cast<double>(gamma.as<T>()[c]) * r;
      rstd.as<T>()[c] = static_cast<T>(r);
      scale.as<T>()[c] = static_cast<T>(s);
      shift.as<T>()[c] = static_cast<T>(static_cast<double>(beta.as<T>()[c]) -
                                        static_cast<double>(mean.as<T>()[c]) * s);
    }
  });
}

void scale_shift(const KernelCtx& ctx, ConstView x, ConstView scale, ConstView shift,
                 ConstView residual, Activation activation, View y) {
  for (ConstView* operand : {&x, &scale, &shift, &residual})
    *operand = contiguous_operand(ctx, *operand);
  with_float("scale_shift", x.dtype, [&]<class T>(T) {
    const T* term = shift ? shift.as<T>() : zeros<T>(ctx, scale.numel());
    const auto rows = [&]<class Act>(Act) {
      scale_shift_rows<Act>(x, scale.as<T>(), term, residual.as<T>(), y.as<T>());
    };
    switch (activation) {
      case Activation::None:
        return rows(Identity{});
      case Activation::Relu:
        return rows(Relu{});
      case Activation::Relu6:
        return rows(Relu6{});
    }
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
