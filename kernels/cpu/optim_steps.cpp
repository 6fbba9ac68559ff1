// In-place optimizer steps, and the sum of squares that clipping needs.
#include <algorithm>
#include <cmath>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/dtype_switch.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/optim_loops.h"

namespace graft::cpu {
namespace {

constexpr int64_t kGrain = 32768;

template <class T>
SgdCoefficients<T> coefficients(const SgdStep& step) {
  const auto momentum = static_cast<T>(step.momentum);
  // A buffer that holds nothing yet takes the whole gradient, as in PyTorch.
  return {static_cast<T>(step.lr),      static_cast<T>(step.weight_decay),
          step.first ? T(0) : momentum, step.first ? T(1) : static_cast<T>(1 - step.dampening),
          step.nesterov ? T(1) : T(0),  step.nesterov ? momentum : T(1)};
}

template <class T>
AdamCoefficients<T> coefficients(const AdamStep& step) {
  const auto n = static_cast<double>(step.step);
  const double correction1 = 1 - std::pow(step.beta1, n), correction2 = 1 - std::pow(step.beta2, n);
  return {static_cast<T>(step.decoupled ? 0.0 : step.weight_decay),
          static_cast<T>(1 - step.beta1),
          static_cast<T>(step.beta2),
          static_cast<T>(1 - step.beta2),
          static_cast<T>(step.decoupled ? 1 - step.lr * step.weight_decay : 1.0),
          static_cast<T>(step.lr / correction1),
          static_cast<T>(std::sqrt(correction2)),
          static_cast<T>(step.eps)};
}

}  // namespace

void sgd_step(const KernelCtx& ctx, View parameter, ConstView gradient, View momentum,
              const SgdStep& step) {
  gradient = contiguous_operand(ctx, gradient);
  with_float("sgd_step", parameter.dtype, [&]<class T>(T) {
    const auto k = coefficients<T>(step);
    parallel_ranges(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
      T* const v = momentum ? momentum.as<T>() + begin : nullptr;
      if (v && step.first) std::fill_n(v, end - begin, T(0));
      with_simd([&]<SimdLevel kLevel>() {
        sgd_run<kLevel>(parameter.as<T>() + begin, gradient.as<T>() + begin, v, end - begin, k);
      });
    });
  });
}

void adam_step(const KernelCtx& ctx, View parameter, ConstView gradient, View first, View second,
               const AdamStep& step) {
  gradient = contiguous_operand(ctx, gradient);
  with_float("adam_step", parameter.dtype, [&]<class T>(T) {
    const auto k = coefficients<T>(step);
    parallel_ranges(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
      with_simd([&]<SimdLevel kLevel>() {
        adam_run<kLevel>(parameter.as<T>() + begin, gradient.as<T>() + begin, first.as<T>() + begin,
                         second.as<T>() + begin, end - begin, k);
      });
    });
  });
}

void sum_squares(const KernelCtx& ctx, ConstView x, View y) {
  x = contiguous_operand(ctx, x);
  const int64_t count = x.numel(), chunks = (count + kGrain - 1) / kGrain;
  double* parts = ctx.workspace.take_array<double>(chunks);
  with_float("sum_squares", x.dtype, [&]<class T>(T) {
    parallel_for(chunks, [&](int64_t chunk, int) {
      const int64_t begin = chunk * kGrain, length = std::min(kGrain, count - begin);
      with_simd([&]<SimdLevel kLevel>() {
        parts[chunk] = sum_squares_run<kLevel>(x.as<T>() + begin, length);
      });
    });
  });
  double total = 0;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) total += parts[chunk];
  *y.as<double>() = total;
}

}  // namespace graft::cpu
