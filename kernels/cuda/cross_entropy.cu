// Softmax and cross entropy in one pass over the logits. A block takes a row.
#include <cmath>

#include "graft/kernels/cuda/contiguous.h"
#include "graft/kernels/cuda/device/row_softmax.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cuda {
namespace {

// The loss of a row is log sum exp(x) - <target, x>, as the target sums to 1.
template <class T>
__global__ void row_losses(const T* logits, const int64_t* labels, CrossEntropyParams params,
                           double* losses, T* probabilities, int64_t rows, int64_t width) {
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T* const x = logits + row * width;
    const RowSoftmax<T> softmax(x, width);
    double total = 0;
    for (RowLoop i(width); i; i.next()) {
      probabilities[row * width + i.at] = narrow<T>(softmax.at(x[i.at]));
      total += static_cast<double>(widen(x[i.at]));
    }
    total = block_reduce<kBlock, SumOf>(total);
    if (threadIdx.x != 0) continue;
    double expected = (1.0 - params.smoothing) * static_cast<double>(widen(x[labels[row]]));
    if (params.smoothing > 0)  // an infinite logit of another class counts only then
      expected += params.smoothing / static_cast<double>(width) * total;
    losses[row] =
        params.scale * (std::log(softmax.sum) + (static_cast<double>(softmax.largest) - expected));
  }
}

template <class T>
__global__ void store_losses(const double* losses, T* loss, int64_t rows) {
  for (GridStride i(rows); i; i.next())
    loss[i.at] = narrow<T>(static_cast<Compute<T>>(losses[i.at]));
}

// One block, so that the order of the sum is fixed.
template <class T>
__global__ void store_sum(const double* losses, T* loss, int64_t rows) {
  double total = 0;
  for (RowLoop i(rows); i; i.next()) total += losses[i.at];
  total = block_reduce<kBlock, SumOf>(total);
  if (threadIdx.x == 0) *loss = narrow<T>(static_cast<Compute<T>>(total));
}

// dlogits = scale g (probability - target); g of all rows is one number where g_step is 0.
template <class T>
__global__ void logit_gradients(const T* probabilities, const int64_t* labels, const T* g,
                                int64_t g_step, CrossEntropyParams params, T* dlogits,
                                int64_t count, int64_t width) {
  const auto share = static_cast<Compute<T>>(params.smoothing / static_cast<double>(width));
  const Compute<T> hit = share + static_cast<Compute<T>>(1.0 - params.smoothing);
  for (GridStride i(count); i; i.next()) {
    const int64_t row = i.at / width;
    const Compute<T> factor = static_cast<Compute<T>>(params.scale) * widen(g[row * g_step]);
    const Compute<T> target = i.at % width == labels[row] ? hit : share;
    dlogits[i.at] = narrow<T>(factor * (widen(probabilities[i.at]) - target));
  }
}

}  // namespace

void cross_entropy(const KernelCtx& ctx, ConstView logits, ConstView labels,
                   const CrossEntropyParams& params, View loss, View probabilities) {
  const ConstView dense = contiguous_operand(ctx, logits), label = contiguous_operand(ctx, labels);
  const Rows rows = rows_of(probabilities);
  double* const losses = ctx.workspace.take_array<double>(rows.count);
  with_floating("cross_entropy", loss.dtype, [&]<class T>(T) {
    launch(ctx, rows.grid(), row_losses<T>, dense.as<T>(), label.as<int64_t>(), params, losses,
           probabilities.as<T>(), rows.count, rows.width);
    if (loss.rank() > 0)
      launch(ctx, grid_for(rows.count), store_losses<T>, losses, loss.as<T>(), rows.count);
    else
      launch(ctx, {1}, store_sum<T>, losses, loss.as<T>(), rows.count);
  });
}

void cross_entropy_grad(const KernelCtx& ctx, ConstView probabilities, ConstView labels,
                        ConstView g, const CrossEntropyParams& params, View dlogits) {
  const ConstView dense = contiguous_operand(ctx, probabilities);
  const ConstView label = contiguous_operand(ctx, labels);
  const int64_t count = dlogits.numel(), g_step = g.rank() > 0 ? g.strides[0] : 0;
  with_floating("cross_entropy_grad", dlogits.dtype, [&]<class T>(T) {
    launch(ctx, grid_for(count), logit_gradients<T>, dense.as<T>(), label.as<int64_t>(), g.as<T>(),
           g_step, params, dlogits.as<T>(), count, rows_of(dlogits).width);
  });
}

}  // namespace graft::cuda
