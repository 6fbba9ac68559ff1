// Layer normalisation of rows (Ba, Kiros and Hinton 2016). A row is a thread's own; sums over rows
// are taken block by block, with blocks that depend on the shape alone, and added in f64, in order.
#include "graft/kernels/cpu/layer_norm_rows.h"

#include <algorithm>
#include <cmath>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/row_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

constexpr int64_t kCost = 1;               // nanoseconds of an element
constexpr int64_t kBlockElements = 32768;  // a block stays in the second-level cache
constexpr int64_t kLeastRows = 32;         // of a block: its sums are few beside what it reads

template <class T>
void parameter_grads(const KernelCtx& ctx, Rows rows, const T* g, const T* x, const T* mean,
                     const T* rstd, T* dgamma, T* dbeta) {
  const int64_t wide = std::clamp<int64_t>(rows.width, 1, kMaxBlockChannels);
  const int64_t high = std::max(kLeastRows, kBlockElements / wide);
  const int64_t down = ceil_div(rows.count, high), across = ceil_div(rows.width, wide);
  double* const sums_g = ctx.workspace.take_array<double>(2 * (down + 1) * rows.width);
  double* const sums_gx = sums_g + down * rows.width;
  double* const total = sums_gx + down * rows.width;
  parallel_for(down * across, [&](int64_t chunk, int) {
    const int64_t part = chunk / across, row = part * high, channel = chunk % across * wide;
    const int64_t at = row * rows.width + channel, to = part * rows.width + channel;
    const RowBlock block{std::min(high, rows.count - row), std::min(wide, rows.width - channel),
                         rows.width};
    with_simd([&]<SimdLevel kLevel>() {
      block_parameter_grads<kLevel>(g + at, x + at, mean + row, rstd + row, block, sums_g + to,
                                    sums_gx + to);
    });
  });
  std::fill_n(total, 2 * rows.width, 0.0);
  for (int64_t part = 0; part < down; ++part)
    for (int64_t c = 0; c < rows.width; ++c) {
      total[c] += sums_g[part * rows.width + c];
      total[rows.width + c] += sums_gx[part * rows.width + c];
    }
  for (int64_t c = 0; c < rows.width; ++c) {
    dbeta[c] = static_cast<T>(total[c]);
    dgamma[c] = static_cast<T>(total[rows.width + c]);
  }
}

}  // namespace

void layer_norm(const KernelCtx& ctx, ConstView x, ConstView gamma, ConstView beta, double eps,
                View mean, View rstd, View y) {
  for (ConstView* operand : {&x, &gamma, &beta}) *operand = contiguous_operand(ctx, *operand);
  with_float("layer_norm", y.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(y);
    with_simd([&]<SimdLevel kLevel>() {
      parallel_rows(rows, kCost, [&](int64_t i) {
        const T* const in = x.as<T>() + i * rows.width;
        const auto [centre, m2] = row_moments<kLevel>(in, rows.width);
        const NormalisedRow<T> row{
            in, static_cast<T>(centre),
            static_cast<T>(1.0 / std::sqrt(m2 / static_cast<double>(rows.width) + eps))};
        mean.as<T>()[i] = row.mean;
        rstd.as<T>()[i] = row.rstd;
        row_apply<kLevel>(row, gamma.as<T>(), beta.as<T>(), rows.width, y.as<T>() + i * rows.width);
      });
    });
  });
}

void layer_norm_input_grad(const KernelCtx& ctx, ConstView g, ConstView x, ConstView gamma,
                           ConstView mean, ConstView rstd, View dx) {
  for (ConstView* operand : {&g, &x, &gamma}) *operand = contiguous_operand(ctx, *operand);
  with_float("layer_norm_input_grad", dx.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(dx);
    with_simd([&]<SimdLevel kLevel>() {
      parallel_rows(rows, kCost, [&](int64_t i) {
        const int64_t at = i * rows.width;
        const NormalisedRow<T> row{x.as<T>() + at, mean.as<T>()[i], rstd.as<T>()[i]};
        row_input_grad<kLevel>(g.as<T>() + at, row, gamma.as<T>(), rows.width, dx.as<T>() + at);
      });
    });
  });
}

void layer_norm_parameter_grads(const KernelCtx& ctx, ConstView g, ConstView x, ConstView mean,
                                ConstView rstd, View dgamma, View dbeta) {
  for (ConstView* operand : {&g, &x}) *operand = contiguous_operand(ctx, *operand);
  with_float("layer_norm_parameter_grads", dgamma.dtype, [&]<class T>(T) {
    parameter_grads(ctx, {mean.numel(), dgamma.numel()}, g.as<T>(), x.as<T>(), mean.as<T>(),
                    rstd.as<T>(), dgamma.as<T>(), dbeta.as<T>());
  });
}

}  // namespace graft::cpu
