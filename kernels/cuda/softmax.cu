// Softmax and its logarithm over rows, stable against overflow by subtracting the row's maximum. A
// block takes a row; its threads go through it side by side.
#include <cmath>

#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/row_softmax.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

template <class T>
__global__ void softmax_rows(const T* x, T* y, int64_t rows, int64_t width) {
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T* const in = x + row * width;
    const RowSoftmax<T> softmax(in, width);
    for (RowLoop i(width); i; i.next()) y[row * width + i.at] = narrow<T>(softmax.at(in[i.at]));
  }
}

template <class T>
__global__ void log_softmax_rows(const T* x, T* y, int64_t rows, int64_t width) {
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T* const in = x + row * width;
    const RowSoftmax<T> softmax(in, width);
    const Compute<T> log_sum = static_cast<Compute<T>>(std::log(softmax.sum));
    for (RowLoop i(width); i; i.next())
      y[row * width + i.at] = narrow<T>(widen(in[i.at]) - softmax.largest - log_sum);
  }
}

// dx = y (g - <g, y>)
template <class T>
__global__ void softmax_grad_rows(const T* g, const T* y, T* dx, int64_t rows, int64_t width) {
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T *const grad = g + row * width, *const probability = y + row * width;
    double dot = 0;
    for (RowLoop i(width); i; i.next())
      dot += static_cast<double>(widen(grad[i.at])) * static_cast<double>(widen(probability[i.at]));
    const auto shift = static_cast<Compute<T>>(block_reduce<kBlock, SumOf>(dot));
    for (RowLoop i(width); i; i.next())
      dx[row * width + i.at] = narrow<T>(widen(probability[i.at]) * (widen(grad[i.at]) - shift));
  }
}

// dx = g - exp(y) sum(g)
template <class T>
__global__ void log_softmax_grad_rows(const T* g, const T* y, T* dx, int64_t rows, int64_t width) {
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T *const grad = g + row * width, *const log_probability = y + row * width;
    double total = 0;
    for (RowLoop i(width); i; i.next()) total += static_cast<double>(widen(grad[i.at]));
    const auto sum = static_cast<Compute<T>>(block_reduce<kBlock, SumOf>(total));
    for (RowLoop i(width); i; i.next())
      dx[row * width + i.at] =
          narrow<T>(widen(grad[i.at]) - std::exp(widen(log_probability[i.at])) * sum);
  }
}

}  // namespace

void softmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  const Rows rows = rows_of(y);
  with_floating("softmax", y.dtype, [&]<class T>(T) {
    launch(ctx, rows.grid(), softmax_rows<T>, dense.as<T>(), y.as<T>(), rows.count, rows.width);
  });
}

void log_softmax(const KernelCtx& ctx, ConstView x, View y) {
  const ConstView dense = contiguous_operand(ctx, x);
  const Rows rows = rows_of(y);
  with_floating("log_softmax", y.dtype, [&]<class T>(T) {
    launch(ctx, rows.grid(), log_softmax_rows<T>, dense.as<T>(), y.as<T>(), rows.count, rows.width);
  });
}

void softmax_grad(const KernelCtx& ctx, ConstView g, ConstView y, View dx) {
  const ConstView grad = contiguous_operand(ctx, g), kept = contiguous_operand(ctx, y);
  const Rows rows = rows_of(dx);
  with_floating("softmax_grad", dx.dtype, [&]<class T>(T) {
    launch(ctx, rows.grid(), softmax_grad_rows<T>, grad.as<T>(), kept.as<T>(), dx.as<T>(),
           rows.count, rows.width);
  });
}

void log_softmax_grad(const KernelCtx& ctx, ConstView g, ConstView y, View dx) {
  const ConstView grad = contiguous_operand(ctx, g), kept = contiguous_operand(ctx, y);
  const Rows rows = rows_of(dx);
  with_floating("log_softmax_grad", dx.dtype, [&]<class T>(T) {
    launch(ctx, rows.grid(), log_softmax_grad_rows<T>, grad.as<T>(), kept.as<T>(), dx.as<T>(),
           rows.count, rows.width);
  });
}

}  // namespace graft::cuda
