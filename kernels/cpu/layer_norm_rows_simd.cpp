#include "graft/kernels/cpu/layer_norm_rows.h"

#include "graft/kernels/cpu/simd/row_loops.h"

namespace graft::cpu {
namespace {

constexpr int64_t kStretch = 4096;  // elements of a row few enough to be summed in f32
constexpr int kSums = 4;            // side by side, as each waits for the one before

struct TwoSums {
  double first = 0, second = 0;
};

template <class T>
[[gnu::always_inline]] inline double sum_of_lanes(const Vec<T> (&sums)[kSums]) {
  const Vec<T> all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double total = 0;
  for (int lane = 0; lane < kLanes<T>; ++lane) total += static_cast<double>(all[lane]);
  return total;
}

// Two sums over a row. terms(first element, vector, sum, other sum) adds those of a vector.
template <class T, class Terms>
[[gnu::always_inline]] inline TwoSums sum_row(int64_t count, const Terms& terms) {
  TwoSums total;
  for (int64_t begin = 0; begin < count; begin += kStretch) {
    const int64_t end = begin + kStretch < count ? begin + kStretch : count;
    Vec<T> first[kSums]{}, second[kSums]{};
    int64_t c = begin;
    for (; c + kSums * kLanes<T> <= end; c += kSums * kLanes<T>)
#pragma GCC unroll 4
      for (int k = 0; k < kSums; ++k)
        terms(c + k * kLanes<T>, WholeVector<T>(), first[k], second[k]);
    for_vectors<T>(end - c, [&](int64_t at, auto v) { terms(c + at, v, first[0], second[0]); });
    total.first += sum_of_lanes<T>(first);
    total.second += sum_of_lanes<T>(second);
  }
  return total;
}

template <class T>
[[gnu::always_inline]] inline RowMoments moments(const T* x, int64_t count) {
  const auto n = static_cast<double>(count);
  const TwoSums values =
      sum_row<T>(count, [&](int64_t c, auto v, Vec<T>& sum, Vec<T>&) { sum += v.get(x + c); });
  const T centre = static_cast<T>(values.first / n);
  const TwoSums deviations =
      sum_row<T>(count, [&](int64_t c, auto v, Vec<T>& sum, Vec<T>& squares) {
        const Vec<T> d = v.only(v.get(x + c) - splat(centre));
        sum += d;
        squares += d * d;
      });
  const double shift = deviations.first / n;
  return {static_cast<double>(centre) + shift, deviations.second - deviations.first * shift};
}

template <class T>
[[gnu::always_inline]] inline void apply(NormalisedRow<T> row, const T* gamma, const T* beta,
                                         int64_t count, T* y) {
  const Vec<T> mean = splat(row.mean), rstd = splat(row.rstd);
  for_vectors<T>(count, [&](int64_t c, auto v) {
    const Vec<T> normal = (v.get(row.x + c) - mean) * rstd;
    v.put(y + c, normal * v.get(gamma + c) + v.get(beta + c));
  });
}

template <class T>
[[gnu::always_inline]] inline void input_grad(const T* g, NormalisedRow<T> row, const T* gamma,
                                              int64_t count, T* dx) {
  const Vec<T> mean = splat(row.mean), rstd = splat(row.rstd);
  const TwoSums sums = sum_row<T>(count, [&](int64_t c, auto v, Vec<T>& sum_h, Vec<T>& sum_hx) {
    const Vec<T> h = v.get(g + c) * v.get(gamma + c);
    sum_h += h;
    sum_hx += h * ((v.get(row.x + c) - mean) * rstd);
  });
  const auto n = static_cast<double>(count);
  const Vec<T> offset = splat(static_cast<T>(sums.first / n));
  const Vec<T> slope = splat(static_cast<T>(sums.second / n));
  for_vectors<T>(count, [&](int64_t c, auto v) {
    const Vec<T> h = v.get(g + c) * v.get(gamma + c);
    const Vec<T> normal = (v.get(row.x + c) - mean) * rstd;
    v.put(dx + c, rstd * (h - offset - normal * slope));
  });
}

// Adds g and g xhat of kRows rows, everything pointing to the first.
template <int kRows, class T>
[[gnu::always_inline]] inline void add_rows(const T* g, const T* x, const T* mean, const T* rstd,
                                            RowBlock block, T* sum_g, T* sum_gx) {
  for_vectors<T>(block.channels, [&](int64_t c, auto v) {
    Vec<T> total = load(sum_g + c), total_x = load(sum_gx + c);
#pragma GCC unroll 4
    for (int row = 0; row < kRows; ++row) {
      const int64_t at = row * block.stride + c;
      const Vec<T> grad = v.get(g + at);
      total += grad;
      total_x += grad * ((v.get(x + at) - splat(mean[row])) * splat(rstd[row]));
    }
    store(sum_g + c, total);
    store(sum_gx + c, total_x);
  });
}

template <class T>
[[gnu::always_inline]] inline void parameter_grads(const T* g, const T* x, const T* mean,
                                                   const T* rstd, RowBlock block, double* sum_g,
                                                   double* sum_gx) {
  for (int64_t c = 0; c < block.channels; ++c) sum_g[c] = sum_gx[c] = 0;
  for_groups(block.rows, [&](int64_t begin, int64_t end) {
    T group_g[kMaxBlockChannels] = {}, group_gx[kMaxBlockChannels] = {};
    for_fours(begin, end, [&]<int kRows>(int64_t row, std::integral_constant<int, kRows>) {
      const int64_t at = row * block.stride;
      add_rows<kRows>(g + at, x + at, mean + row, rstd + row, block, group_g, group_gx);
    });
    add_to(sum_g, group_g, block.channels);
    add_to(sum_gx, group_gx, block.channels);
  });
}

}  // namespace

template <>
RowMoments row_moments<kSimd>(const float* x, int64_t count) {
  return moments(x, count);
}
template <>
RowMoments row_moments<kSimd>(const double* x, int64_t count) {
  return moments(x, count);
}

template <>
void row_apply<kSimd>(const NormalisedRow<float>& row, const float* gamma, const float* beta,
                      int64_t count, float* y) {
  apply(row, gamma, beta, count, y);
}
template <>
void row_apply<kSimd>(const NormalisedRow<double>& row, const double* gamma, const double* beta,
                      int64_t count, double* y) {
  apply(row, gamma, beta, count, y);
}

template <>
void row_input_grad<kSimd>(const float* g, const NormalisedRow<float>& row, const float* gamma,
                           int64_t count, float* dx) {
  input_grad(g, row, gamma, count, dx);
}
template <>
void row_input_grad<kSimd>(const double* g, const NormalisedRow<double>& row, const double* gamma,
                           int64_t count, double* dx) {
  input_grad(g, row, gamma, count, dx);
}

template <>
void block_parameter_grads<kSimd>(const float* g, const float* x, const float* mean,
                                  const float* rstd, RowBlock block, double* sum_g,
                                  double* sum_gx) {
  parameter_grads(g, x, mean, rstd, block, sum_g, sum_gx);
}
template <>
void block_parameter_grads<kSimd>(const double* g, const double* x, const double* mean,
                                  const double* rstd, RowBlock block, double* sum_g,
                                  double* sum_gx) {
  parameter_grads(g, x, mean, rstd, block, sum_g, sum_gx);
}

}  // namespace graft::cpu
