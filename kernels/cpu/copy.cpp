#include <cstring>

#include "graft/core/ceil_div.h"
#include "graft/kernels/convert.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/transpose_plan.h"

namespace graft::cpu {
namespace {

// Square tiles, so that the lines touched on either side stay in the first-level cache.
template <class T>
void copy_transposed(const TransposePlan& plan, const T* x, T* y) {
  constexpr int64_t kTile = 32;
  const int64_t strips = ceil_div(plan.rows, kTile);
  const int64_t strip_elements = std::min(kTile, plan.rows) * plan.columns;
  const int64_t grain = std::max<int64_t>(1, kElementGrain / strip_elements);
  parallel_ranges(plan.batch.count * strips, grain, [&](int64_t begin, int64_t end) {
    for (int64_t strip = begin; strip < end; ++strip) {
      const auto offset = plan.batch.offset_of(strip / strips);
      const int64_t row_begin = strip % strips * kTile;
      const int64_t row_end = std::min(plan.rows, row_begin + kTile);
      for (int64_t tile = 0; tile < plan.columns; tile += kTile) {
        const int64_t column_end = std::min(plan.columns, tile + kTile);
        for (int64_t row = row_begin; row < row_end; ++row) {
          const T* const from = x + offset[0] + row;
          T* const to = y + offset[1] + row * plan.y_row;
          for (int64_t column = tile; column < column_end; ++column)
            to[column] = from[column * plan.x_column];
        }
      }
    }
  });
}

template <class T>
void copy_elements(const CopyPlan& plan, const T* x, T* y) {
  if (const std::optional<int> axis = transposed_axis(plan); axis && plan.count > 0)
    return copy_transposed<T>({plan, *axis}, x, y);
  const int64_t x_step = plan.inner_stride(0), y_step = plan.inner_stride(1);
  parallel_walk(plan, kElementGrain, [=](const auto& offset, int64_t run) {
    const T* const from = x + offset[0];
    T* const to = y + offset[1];
    if (x_step == 1 && y_step == 1)
      std::memcpy(to, from, static_cast<size_t>(run) * sizeof(T));
    else
      for (int64_t i = 0; i < run; ++i) to[i * y_step] = from[i * x_step];
  });
}

template <class To, class From>
void copy_converting(const CopyPlan& plan, const From* x, To* y) {
  const int64_t x_step = plan.inner_stride(0), y_step = plan.inner_stride(1);
  parallel_walk(plan, kElementGrain, [=](const auto& offset, int64_t run) {
    const From* const from = x + offset[0];
    To* const to = y + offset[1];
    if (x_step == 1 && y_step == 1)
      for (int64_t i = 0; i < run; ++i) to[i] = convert<To>(from[i]);
    else
      for (int64_t i = 0; i < run; ++i) to[i * y_step] = convert<To>(from[i * x_step]);
  });
}

}  // namespace

void copy(const KernelCtx&, ConstView x, View y) {
  const auto plan = plan_loop<2>(x.shape, {x.strides, y.strides});
  if (x.dtype == y.dtype) {
    with_width(x.dtype, [&]<class T>(T) { copy_elements(plan, x.as<T>(), y.as<T>()); });
  } else {
    with_dtype(x.dtype, [&](auto from) {
      with_dtype(y.dtype, [&](auto to) {
        using From = decltype(from);
        using To = decltype(to);
        copy_converting<To, From>(plan, x.as<From>(), y.as<To>());
      });
    });
  }
}

}  // namespace graft::cpu
