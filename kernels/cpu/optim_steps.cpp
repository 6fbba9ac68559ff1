// In-place optimizer steps, and the sum of squares that clipping needs.
#include <algorithm>
#include <cmath>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/float_dispatch.h"
#include "graft/kernels/cpu/kernels.h"

namespace graft::cpu {
namespace {

constexpr int64_t kGrain = 32768;

template <class T>
void sgd(T* w, const T* grad, T* v, int64_t count, const SgdStep& step) {
  const auto lr = static_cast<T>(step.lr), decay = static_cast<T>(step.weight_decay);
  const auto momentum = static_cast<T>(step.momentum);
  // A buffer that holds nothing yet takes the whole gradient, as in PyTorch.
  const T keep = step.first ? T(0) : momentum;
  const T take = step.first ? T(1) : static_cast<T>(1 - step.dampening);
  parallel_ranges(count, kGrain, [&](int64_t begin, int64_t end) {
    if (!v) {
      for (int64_t i = begin; i < end; ++i) w[i] -= lr * (grad[i] + decay * w[i]);
    } else {
      if (step.first) std::fill(v + begin, v + end, T(0));
      const T ahead = step.nesterov ? T(1) : T(0), along = step.nesterov ? momentum : T(1);
      for (int64_t i = begin; i < end; ++i) {
        const T g = grad[i] + decay * w[i];
        v[i] = keep * v[i] + take * g;
        w[i] -= lr * (ahead * g + along * v[i]);
      }
    }
  });
}

template <class T>
void adam(T* w, const T* grad, T* m, T* v, int64_t count, const AdamStep& step) {
  const auto n = static_cast<double>(step.step);
  const double correction1 = 1 - std::pow(step.beta1, n), correction2 = 1 - std::pow(step.beta2, n);
  const auto rate = static_cast<T>(step.lr / correction1);
  const auto root = static_cast<T>(std::sqrt(correction2)), eps = static_cast<T>(step.eps);
  const auto keep = static_cast<T>(step.decoupled ? 1 - step.lr * step.weight_decay : 1.0);
  const auto decay = static_cast<T>(step.decoupled ? 0.0 : step.weight_decay);
  const auto take1 = static_cast<T>(1 - step.beta1), take2 = static_cast<T>(1 - step.beta2);
  const auto beta2 = static_cast<T>(step.beta2);
  parallel_ranges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T g = grad[i] + decay * w[i];
      m[i] += take1 * (g - m[i]);
      v[i] = beta2 * v[i] + take2 * g * g;
      w[i] = keep * w[i] - rate * (m[i] / (std::sqrt(v[i]) / root + eps));
    }
  });
}

}  // namespace

void sgd_step(const KernelCtx&, View parameter, ConstView gradient, View momentum,
              const SgdStep& step) {
  with_float("sgd_step", parameter.dtype, [&]<class T>(T) {
    sgd(parameter.as<T>(), gradient.as<T>(), momentum.as<T>(), parameter.numel(), step);
  });
}

void adam_step(const KernelCtx&, View parameter, ConstView gradient, View first, View second,
               const AdamStep& step) {
  with_float("adam_step", parameter.dtype, [&]<class T>(T) {
    adam(parameter.as<T>(), gradient.as<T>(), first.as<T>(), second.as<T>(), parameter.numel(),
         step);
  });
}

void sum_squares(const KernelCtx& ctx, ConstView x, View y) {
  constexpr int64_t kSums = 8;  // independent, so that they fill vector registers
  const int64_t count = x.numel(), chunks = (count + kGrain - 1) / kGrain;
  double* parts = ctx.workspace.take_array<double>(chunks);
  with_float("sum_squares", x.dtype, [&]<class T>(T) {
    parallel_for(chunks, [&](int64_t chunk, int) {
      const T* in = x.as<T>() + chunk * kGrain;
      const int64_t length = std::min(kGrain, count - chunk * kGrain);
      double sums[kSums] = {};
      for (int64_t i = 0; i < length; ++i) {
        const auto value = static_cast<double>(in[i]);
        sums[i % kSums] += value * value;
      }
      double total = 0;
      for (const double part : sums) total += part;
      parts[chunk] = total;
    });
  });
  double total = 0;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) total += parts[chunk];
  *y.as<double>() = total;
}

}  // namespace graft::cpu
