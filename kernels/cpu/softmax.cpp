// Softmax and its logarithm over rows, stable against overflow by subtracting the row's maximum.
#include <cmath>

#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/row_loop.h"
#include "graft/kernels/cpu/softmax_rows.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {

void softmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  with_float("softmax", y.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(y);
    with_simd([&]<SimdLevel kLevel>() {
      parallel_row_groups(rows, kExpCost, kSoftmaxRows, [&](int64_t row, int count) {
        const int64_t at = row * rows.width;
        softmax_rows<kLevel>(dense.as<T>() + at, y.as<T>() + at, count, rows.width, nullptr);
      });
    });
  });
}

void log_softmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  with_float("log_softmax", y.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(y);
    with_simd([&]<SimdLevel kLevel>() {
      parallel_row_groups(rows, kExpCost, kSoftmaxRows, [&](int64_t row, int count) {
        const T* in = dense.as<T>() + row * rows.width;
        T* out = y.as<T>() + row * rows.width;
        RowSum sums[kSoftmaxRows];
        softmax_rows<kLevel>(in, out, count, rows.width, sums);
        for (int i = 0; i < count; ++i, in += rows.width, out += rows.width) {
          const T largest = static_cast<T>(sums[i].largest), log = static_cast<T>(sums[i].log_sum);
          for (int64_t c = 0; c < rows.width; ++c) out[c] = in[c] - largest - log;
        }
      });
    });
  });
}

// dx = y (g - <g, y>)
void softmax_grad(const KernelCtx& ctx, ConstView g, ConstView y, View dx) {
  const ConstView dense_g = contiguous_operand(ctx, g), dense_y = contiguous_operand(ctx, y);
  with_float("softmax_grad", dx.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(dx);
    parallel_rows(rows, 2, [&](int64_t row) {
      const T* const grad = dense_g.as<T>() + row * rows.width;
      const T* const probability = dense_y.as<T>() + row * rows.width;
      T* const out = dx.as<T>() + row * rows.width;
      double dot = 0;
      for (int64_t c = 0; c < rows.width; ++c)
        dot += static_cast<double>(grad[c]) * static_cast<double>(probability[c]);
      const T shift = static_cast<T>(dot);
      for (int64_t c = 0; c < rows.width; ++c) out[c] = probability[c] * (grad[c] - shift);
    });
  });
}

// dx = g - exp(y) sum(g)
void log_softmax_grad(const KernelCtx& ctx, ConstView g, ConstView y, View dx) {
  const ConstView dense_g = contiguous_operand(ctx, g), dense_y = contiguous_operand(ctx, y);
  with_float("log_softmax_grad", dx.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(dx);
    parallel_rows(rows, kExpCost, [&](int64_t row) {
      const T* const grad = dense_g.as<T>() + row * rows.width;
      const T* const log_probability = dense_y.as<T>() + row * rows.width;
      T* const out = dx.as<T>() + row * rows.width;
      double total = 0;
      for (int64_t c = 0; c < rows.width; ++c) total += static_cast<double>(grad[c]);
      const T sum = static_cast<T>(total);
      for (int64_t c = 0; c < rows.width; ++c)
        out[c] = grad[c] - std::exp(log_probability[c]) * sum;
    });
  });
}

}  // namespace graft::cpu
