#include "graft/kernels/cpu/softmax_rows.h"

#include "graft/kernels/cpu/simd/lane_trees.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

using V = Vec<float>;
using D = Vec<double>;
constexpr int kWidth = kLanes<float>;
constexpr int kSums = 16, kParts = kSums / kWidth;
typedef int32_t Ints __attribute__((vector_size(kVectorBytes)));
typedef uint32_t Bits __attribute__((vector_size(kVectorBytes)));
typedef int64_t Longs __attribute__((vector_size(kVectorBytes)));
typedef double Sums __attribute__((vector_size(2 * kVectorBytes)));

// exp(x) for x <= 0 within 2 units in the last place; 0 below the smallest normal number, NaN for
// NaN. x = n log 2 + r, and the polynomial is that of Cephes' expf.
[[gnu::always_inline]] inline V exp_of(V x) {
  const V magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const V n = (x * splat(1.44269504088896341f) + magic) - magic;
  const V r = (x - n * splat(0.693359375f)) - n * splat(-2.12194440e-4f);
  V p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * r * r + r + splat(1.0f);
  const V scaled = V(Bits(p) + (Bits(__builtin_convertvector(n, Ints)) << 23));
  const V zero{};
  return x < splat(-87.0f) ? zero : x <= zero ? scaled : x;  // the last: NaN
}

// The first `count` lanes of v; in the others those of `other`.
[[gnu::always_inline]] inline V first(V v, int count, V other) {
  Ints lane{};
  for (int i = 0; i < kWidth; ++i) lane[i] = i;
  return lane < count ? v : other;
}

constexpr auto kLarger = [](auto a, auto b) { return a > b ? a : b; };
constexpr auto kTotal = [](auto a, auto b) { return a + b; };

// v's lanes as one.
template <class Vector, class Combine>
[[gnu::always_inline]] inline auto fold(Vector v, const Combine& combine) {
  return fold_blocks<sizeof(Vector) / sizeof(v[0]) / 2>(v, combine)[0];
}

// The lower half of the lanes + the upper one.
template <int... kLane>
[[gnu::always_inline]] inline D half_sums(const Sums& v, std::integer_sequence<int, kLane...>) {
  return __builtin_shufflevector(v, v, kLane...) +
         __builtin_shufflevector(v, v, (kLane + kLanes<double>)...);
}
[[gnu::always_inline]] inline D half_sums(const Sums& v) {
  return half_sums(v, std::make_integer_sequence<int, kLanes<double>>());
}

// Any element where one is NaN: the sum of the exponentials is NaN then.
[[gnu::always_inline]] inline float row_max(const float* x, int64_t count) {
  V largest = splat(*x);
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) largest = at_least<float>(largest, load(x + i));
  if (const int left = static_cast<int>(count - i))
    largest = at_least<float>(largest, first(load_first(x + i, left), left, largest));
  return fold(largest, kLarger);
}

// What is found out about rows on the way. Arrays of a few rows are not cleared first (which the
// build otherwise asks for): that would take as long as a row.
struct Group {
  float largest[kSoftmaxRows];
  double sum[kSoftmaxRows];
};

// A row of any width.
void wide_row(const float* x, float* y, int64_t width, float& largest, double& total) {
  largest = row_max(x, width);
  const int64_t whole = width / kWidth * kWidth;
  const int left = static_cast<int>(width - whole);
  Sums sums[kParts]{};
  int part = 0;
  for (int64_t i = 0; i < whole; i += kWidth, part = (part + 1) % kParts) {
    const V e = exp_of(load(x + i) - splat(largest));
    store(y + i, e);
    sums[part] += __builtin_convertvector(e, Sums);
  }
  if (left) {
    const V e = first(exp_of(load_first(x + whole, left) - splat(largest)), left, V{});
    store_first(y + whole, e, left);
    sums[part] += __builtin_convertvector(e, Sums);
  }
  for (int parts = kParts / 2; parts > 0; parts /= 2)
    for (int i = 0; i < parts; ++i) sums[i] += sums[i + parts];
  total = fold(half_sums(sums[0]), kTotal);
  const float factor = static_cast<float>(1.0 / total);
  for (int64_t i = 0; i < width; ++i) y[i] *= factor;
}

// Whether part of a vector is loaded and stored by one instruction; else it is code for each lane.
constexpr bool kHasMasks = kSimd == SimdLevel::Avx512;

// Rows that fit into a vector: to the bit as wide_row(). Those beyond `rows` repeat the last one.
void narrow_rows(const float* x, float* y, int rows, int width, Group& group) {
  [[gnu::uninitialized]] V in[kSoftmaxRows];
#pragma GCC unroll 8
  for (int r = 0; r < kSoftmaxRows; ++r) {
    const float* const row = x + (r < rows ? r : rows - 1) * width;
    in[r] = first(load_first(row, width), width, splat(*row));
  }
  constexpr int kMaxima = kSoftmaxRows < kWidth ? kSoftmaxRows : kWidth, kBlock = kWidth / kMaxima;
#pragma GCC unroll 8
  for (int r = 0; r < kSoftmaxRows; r += kMaxima) {
    [[gnu::uninitialized]] float maxima[kWidth];
    store(maxima, fold_blocks<kBlock / 2>(gather_folds<kMaxima>(in + r, kLarger), kLarger));
    for (int i = 0; i < kMaxima; ++i) group.largest[r + i] = maxima[i * kBlock];
  }
  [[gnu::uninitialized]] V e[kSoftmaxRows];
  [[gnu::uninitialized]] D sums[kSoftmaxRows];
#pragma GCC unroll 8
  for (int r = 0; r < kSoftmaxRows; ++r) {
    e[r] = first(exp_of(in[r] - splat(group.largest[r])), width, V{});
    sums[r] = half_sums(__builtin_convertvector(e[r], Sums));
  }
  [[gnu::uninitialized]] double factor[kSoftmaxRows];
#pragma GCC unroll 8
  for (int r = 0; r < kSoftmaxRows; r += kLanes<double>) {
    const D sum = gather_folds<kLanes<double>>(sums + r, kTotal);
    store(group.sum + r, sum);
    store(factor + r, 1.0 / sum);
  }
#pragma GCC unroll 8
  for (int r = 0; r < kSoftmaxRows; ++r)
    if (r < rows) store_first(y + r * width, e[r] * splat(static_cast<float>(factor[r])), width);
}

// log(x) for normal x >= 1 within some 1e-15, NaN for NaN: of x = 2^n m with m around 1, n log 2 +
// 2 artanh(s), s = (m - 1) / (m + 1), by its series.
[[gnu::always_inline]] inline D log_of(D x) {
  const Longs kBelow = Longs(splat(0.70710678118654752));  // m is in [sqrt(1/2), sqrt(2))
  const Longs exponent = (Longs(x) - kBelow) >> 52;
  const D m = D(Longs(x) - (exponent << 52));
  const D s = (m - splat(1.0)) / (m + splat(1.0)), square = s * s;
  D series = splat(1.0 / 17);
  for (int term = 15; term > 0; term -= 2) series = series * square + splat(1.0 / term);
  const D log =
      __builtin_convertvector(exponent, D) * splat(0.69314718055994531) + (s + s) * series;
  return x == x ? log : x;
}

template <class T>
[[gnu::always_inline]] inline void shifted(const T* x, T shift, T factor, T* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = factor * (x[i] - shift);
}

}  // namespace

template <>
void softmax_rows<kSimd>(const float* x, float* y, int rows, int64_t width, RowSum* sums) {
  [[gnu::uninitialized]] Group group;
  if (kHasMasks && width <= kWidth) {
    narrow_rows(x, y, rows, static_cast<int>(width), group);
  } else {
    for (int r = 0; r < rows; ++r)
      wide_row(x + r * width, y + r * width, width, group.largest[r], group.sum[r]);
    for (int r = rows; r < kSoftmaxRows; ++r) group.sum[r] = 1;
  }
  if (!sums) return;
  for (int r = 0; r < kSoftmaxRows; r += kLanes<double>)
    store(group.sum + r, log_of(load(group.sum + r)));
  for (int r = 0; r < rows; ++r) sums[r] = {static_cast<double>(group.largest[r]), group.sum[r]};
}

template <>
void softmax_rows<kSimd>(const double* x, double* y, int rows, int64_t width, RowSum* sums) {
  for (int r = 0; r < rows; ++r, x += width, y += width) {
    double largest = *x, sum = 0;
    for (int64_t i = 1; i < width; ++i) largest = kLarger(x[i], largest);
    for (int64_t i = 0; i < width; ++i) sum += y[i] = __builtin_exp(x[i] - largest);
    const double factor = 1.0 / sum;
    for (int64_t i = 0; i < width; ++i) y[i] *= factor;
    if (sums) sums[r] = {largest, __builtin_log(sum)};
  }
}

template <>
void shift_and_scale<kSimd>(const float* x, float shift, float factor, float* y, int64_t count) {
  shifted(x, shift, factor, y, count);
}
template <>
void shift_and_scale<kSimd>(const double* x, double shift, double factor, double* y,
                            int64_t count) {
  shifted(x, shift, factor, y, count);
}

}  // namespace graft::cpu
