#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/row_loop.h"
#include "graft/kernels/cpu/softmax_rows.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

constexpr int kRowsOfOneFactor = 1024;

}  // namespace

// The loss of a row is log sum exp(x) - <target, x>, as the target sums to 1.
void cross_entropy(const KernelCtx& ctx, ConstView logits, ConstView labels,
                   const CrossEntropyParams& params, View loss, View probabilities) {
  const ConstView dense = contiguous_operand(ctx, logits);
  const int64_t* const label = contiguous_operand(ctx, labels).as<int64_t>();
  with_float("cross_entropy", loss.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(probabilities);
    const double share = params.smoothing / static_cast<double>(rows.width);
    double* const losses = ctx.workspace.take_array<double>(rows.count);
    with_simd([&]<SimdLevel kLevel>() {
      parallel_row_groups(rows, kExpCost, kSoftmaxRows, [&](int64_t first, int count) {
        const T* x = dense.as<T>() + first * rows.width;
        RowSum sums[kSoftmaxRows];
        softmax_rows<kLevel>(x, probabilities.as<T>() + first * rows.width, count, rows.width,
                             sums);
        for (int i = 0; i < count; ++i, x += rows.width) {
          double expected = (1.0 - params.smoothing) * static_cast<double>(x[label[first + i]]);
          if (params.smoothing > 0)  // an infinite logit of another class counts only then
            for (int64_t c = 0; c < rows.width; ++c) expected += share * static_cast<double>(x[c]);
          losses[first + i] = params.scale * (sums[i].log_sum + (sums[i].largest - expected));
        }
      });
    });
    T* const out = loss.as<T>();
    if (loss.rank() > 0) {
      for (int64_t row = 0; row < rows.count; ++row) out[row] = static_cast<T>(losses[row]);
      return;
    }
    double total = 0;
    for (int64_t row = 0; row < rows.count; ++row) total += losses[row];
    *out = static_cast<T>(total);
  });
}

// dlogits = scale g (probability - target). A g for all samples makes rows one stretch.
void cross_entropy_grad(const KernelCtx& ctx, ConstView probabilities, ConstView labels,
                        ConstView g, const CrossEntropyParams& params, View dlogits) {
  const ConstView dense = contiguous_operand(ctx, probabilities);
  const int64_t* const label = contiguous_operand(ctx, labels).as<int64_t>();
  const int64_t g_step = g.rank() > 0 ? g.strides[0] : 0;
  with_float("cross_entropy_grad", dlogits.dtype, [&]<class T>(T) {
    const Rows rows = rows_of(dlogits);
    const T share = static_cast<T>(params.smoothing / static_cast<double>(rows.width));
    const T hit = share + static_cast<T>(1.0 - params.smoothing);
    const int together = g_step == 0 ? kRowsOfOneFactor : 1;
    parallel_row_groups(rows, 2, together, [&](int64_t first, int count) {
      const T* const p = dense.as<T>() + first * rows.width;
      T* const out = dlogits.as<T>() + first * rows.width;
      const T factor = static_cast<T>(params.scale) * g.as<T>()[first * g_step];
      with_simd([&]<SimdLevel kLevel>() {
        shift_and_scale<kLevel>(p, share, factor, out, count * rows.width);
      });
      for (int64_t i = 0; i < count; ++i) {
        const int64_t at = i * rows.width + label[first + i];
        out[at] = factor * (p[at] - hit);
      }
    });
  });
}

}  // namespace graft::cpu
