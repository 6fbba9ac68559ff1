#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/row_loop.h"
#include "graft/kernels/cpu/softmax_row.h"

namespace graft::cpu {
namespace {

constexpr int64_t kExpCost = 8;

}  // namespace

// loss = log sum exp(x) - <target, x>, as the target sums to 1
void cross_entropy(const KernelCtx& ctx, ConstView logits, ConstView labels, double smoothing,
                   View loss, View probabilities) {
  const ConstView dense = contiguous_operand(ctx, logits);
  const int64_t* const label = contiguous_operand(ctx, labels).as<int64_t>();
  with_float("cross_entropy", loss.dtype, [&](auto tag) {
    using T = decltype(tag);
    const Rows rows = rows_of(probabilities);
    const double share = smoothing / static_cast<double>(rows.width);
    parallel_rows(rows, kExpCost, [&](int64_t row) {
      const T* const x = dense.as<T>() + row * rows.width;
      const double log_sum = softmax_row(x, probabilities.as<T>() + row * rows.width, rows.width);
      double expected = (1.0 - smoothing) * static_cast<double>(x[label[row]]);
      if (smoothing > 0)  // an infinite logit of another class counts only then
        for (int64_t c = 0; c < rows.width; ++c) expected += share * static_cast<double>(x[c]);
      loss.as<T>()[row] = static_cast<T>(log_sum - expected);
    });
  });
}

// dlogits = g (probability - target)
void cross_entropy_grad(const KernelCtx& ctx, ConstView probabilities, ConstView labels,
                        ConstView g, double smoothing, View dlogits) {
  const ConstView dense = contiguous_operand(ctx, probabilities);
  const ConstView dense_g = contiguous_operand(ctx, g);
  const int64_t* const label = contiguous_operand(ctx, labels).as<int64_t>();
  with_float("cross_entropy_grad", dlogits.dtype, [&](auto tag) {
    using T = decltype(tag);
    const Rows rows = rows_of(dlogits);
    const T share = static_cast<T>(smoothing / static_cast<double>(rows.width));
    const T rest = static_cast<T>(1.0 - smoothing);
    parallel_rows(rows, 2, [&](int64_t row) {
      const T* const p = dense.as<T>() + row * rows.width;
      T* const out = dlogits.as<T>() + row * rows.width;
      const T scale = dense_g.as<T>()[row];
      for (int64_t c = 0; c < rows.width; ++c) {
        const T target = share + (c == label[row] ? rest : T(0));
        out[c] = scale * (p[c] - target);
      }
    });
  });
}

}  // namespace graft::cpu
