// Rows of a tensor by number: gather, and its transpose, scatter.
#include <cstring>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/strided_loop.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

int64_t row_elements(const View& y) {
  int64_t product = 1;
  for (int axis = 1; axis < y.rank(); ++axis) product *= y.dim(axis);
  return product;
}

}  // namespace

// Elements are moved, not read: any dtype.
void gather_rows(const KernelCtx& ctx, ConstView x, ConstView rows, View y) {
  const auto* const from = contiguous_operand(ctx, x).as<std::byte>();
  const int64_t* const index = contiguous_operand(ctx, rows).as<int64_t>();
  auto* const to = y.as<std::byte>();
  const int64_t row = row_elements(y), bytes = row * static_cast<int64_t>(size_of(y.dtype));
  parallel_ranges(y.dim(0), std::max<int64_t>(1, kElementGrain / std::max<int64_t>(row, 1)),
                  [=](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i)
                      std::memcpy(to + i * bytes, from + index[i] * bytes,
                                  static_cast<size_t>(bytes));
                  });
}

// Parallel over columns: rows that meet in one place are added in their order.
void scatter_rows(const KernelCtx& ctx, ConstView x, ConstView rows, View y) {
  const ConstView source = contiguous_operand(ctx, x);
  const int64_t* const index = contiguous_operand(ctx, rows).as<int64_t>();
  const int64_t row = row_elements(y), count = x.dim(0);
  fill(ctx, y, 0.0);
  with_float("scatter_rows", y.dtype, [&]<class T>(T) {
    const T* const from = source.as<T>();
    T* const to = y.as<T>();
    const int64_t grain = std::max<int64_t>(64, kElementGrain / std::max<int64_t>(count, 1));
    parallel_ranges(row, grain, [=](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < count; ++i)
        for (int64_t column = begin; column < end; ++column)
          to[index[i] * row + column] += from[i * row + column];
    });
  });
}

}  // namespace graft::cpu
