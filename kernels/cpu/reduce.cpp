#include "graft/core/ceil_div.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/reduce_runs.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/reduce_plan.h"

namespace graft::cpu {
namespace {

// The columns of one tile, over the reduced elements begin..end-1.
template <class T>
void reduce_piece(const ReducePlan& plan, const ReduceRuns<T>& runs, const T* x, int64_t columns,
                  int64_t begin, int64_t end, double* total) {
  const int64_t step = plan.reduced.inner_stride(0);
  std::fill_n(total, columns, runs.identity);
  walk(plan.reduced, begin, end, [&](const auto& offset, int64_t count) {
    if (plan.columns == 1)
      *total = runs.elements(*total, x + offset[0], step, count);
    else
      runs.rows(total, x + offset[0], step, count, plan.x_column, columns);
  });
}

template <class T>
void reduce_all(const KernelCtx& ctx, const ReducePlan& plan, const ReduceRuns<T>& runs, const T* x,
                T* y) {
  const int64_t tile = std::min(plan.columns, kReduceColumns);
  const int64_t tiles = ceil_div(plan.columns, kReduceColumns);
  const int64_t outputs = plan.kept.count * tiles, count = plan.reduced.count;
  if (outputs == 0) return;

  // A long reduction into few outputs is cut into pieces, so that all threads find work.
  int64_t piece = std::max<int64_t>(count, 1);
  if (outputs < 32) piece = std::min(piece, std::max<int64_t>(64, kElementGrain / tile));
  const int64_t pieces = std::max<int64_t>(1, ceil_div(count, piece));
  double* const partial =
      pieces > 1 ? ctx.workspace.take_array<double>(outputs * pieces * tile) : nullptr;

  const auto columns_of = [&](int64_t output) {
    return std::min(kReduceColumns, plan.columns - output % tiles * kReduceColumns);
  };
  const auto store = [&](int64_t output, const double* total) {
    const int64_t first = output % tiles * kReduceColumns;
    T* const to = y + plan.kept.offset_of(output / tiles)[1] + first * plan.y_column;
    for (int64_t c = 0; c < columns_of(output); ++c)
      to[c * plan.y_column] = static_cast<T>(total[c]);
  };

  const int64_t grain = std::max<int64_t>(1, kElementGrain / (piece * tile));
  parallel_ranges(outputs * pieces, grain, [&](int64_t begin, int64_t end) {
    [[gnu::uninitialized]] double local[kReduceColumns];
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t output = unit / pieces, from = unit % pieces * piece;
      const T* const start = x + plan.kept.offset_of(output / tiles)[0] +
                             output % tiles * kReduceColumns * plan.x_column;
      double* const total = partial ? partial + unit * tile : local;
      reduce_piece(plan, runs, start, columns_of(output), from, std::min(count, from + piece),
                   total);
      if (!partial) store(output, total);
    }
  });
  if (!partial) return;
  for (int64_t output = 0; output < outputs; ++output) {
    double* const total = partial + output * pieces * tile;
    for (int64_t p = 1; p < pieces; ++p) runs.merge(total, total + p * tile, columns_of(output));
    store(output, total);
  }
}

}  // namespace

void reduce(const KernelCtx& ctx, ReduceKind kind, ConstView x, View y) {
  const ReducePlan plan(x, y);
  with_float("reduce", x.dtype, [&]<class T>(T) {
    const auto runs = with_simd([&]<SimdLevel kLevel>() { return reduce_runs<kLevel, T>(kind); });
    reduce_all<T>(ctx, plan, runs, x.as<T>(), y.as<T>());
  });
}

}  // namespace graft::cpu
