#include "graft/kernels/cpu/optim_loops.h"

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

template <class T>
[[gnu::always_inline]] inline void sgd(T* __restrict w, const T* __restrict g, T* __restrict v,
                                       int64_t count, const SgdCoefficients<T> k) {
  if (!v) {
    for (int64_t i = 0; i < count; ++i) w[i] -= k.lr * (g[i] + k.decay * w[i]);
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const T decayed = g[i] + k.decay * w[i];
    v[i] = k.keep * v[i] + k.take * decayed;
    w[i] -= k.lr * (k.ahead * decayed + k.along * v[i]);
  }
}

inline float root_of(float x) { return __builtin_sqrtf(x); }
inline double root_of(double x) { return __builtin_sqrt(x); }

template <class T>
[[gnu::always_inline]] inline void adam(T* __restrict w, const T* __restrict g, T* __restrict m,
                                        T* __restrict v, int64_t count,
                                        const AdamCoefficients<T> k) {
  for (int64_t i = 0; i < count; ++i) {
    const T decayed = g[i] + k.decay * w[i];
    m[i] += k.take1 * (decayed - m[i]);
    v[i] = k.beta2 * v[i] + k.take2 * decayed * decayed;
    w[i] = k.keep * w[i] - k.rate * (m[i] / (root_of(v[i]) / k.root + k.eps));
  }
}

template <class T>
[[gnu::always_inline]] inline double squares(const T* x, int64_t count) {
  constexpr int64_t kSums = 16;
  double sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums <= count; i += kSums)
    for (int64_t k = 0; k < kSums; ++k) {
      const auto value = static_cast<double>(x[i + k]);
      sums[k] += value * value;
    }
  for (int64_t k = 0; i + k < count; ++k) {
    const auto value = static_cast<double>(x[i + k]);
    sums[k] += value * value;
  }
  double total = 0;
  for (int64_t k = 0; k < kSums; ++k) total += sums[k];
  return total;
}

}  // namespace

template <>
void sgd_run<kSimd>(float* w, const float* g, float* v, int64_t count,
                    const SgdCoefficients<float>& k) {
  sgd(w, g, v, count, k);
}
template <>
void sgd_run<kSimd>(double* w, const double* g, double* v, int64_t count,
                    const SgdCoefficients<double>& k) {
  sgd(w, g, v, count, k);
}

template <>
void adam_run<kSimd>(float* w, const float* g, float* m, float* v, int64_t count,
                     const AdamCoefficients<float>& k) {
  adam(w, g, m, v, count, k);
}
template <>
void adam_run<kSimd>(double* w, const double* g, double* m, double* v, int64_t count,
                     const AdamCoefficients<double>& k) {
  adam(w, g, m, v, count, k);
}

template <>
double sum_squares_run<kSimd>(const float* x, int64_t count) {
  return squares(x, count);
}
template <>
double sum_squares_run<kSimd>(const double* x, int64_t count) {
  return squares(x, count);
}

}  // namespace graft::cpu
