#include "graft/kernels/cpu/softmax_row.h"

#include <utility>

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

using V = Vec<float>;
constexpr int kWidth = kLanes<float>;
constexpr int kSums = 16, kParts = kSums / kWidth;
typedef int32_t Ints __attribute__((vector_size(kVectorBytes)));
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
  const V scaled = V(Ints(p) + (__builtin_convertvector(n, Ints) << 23));
  const V zero{};
  return x < splat(-87.0f) ? zero : x <= zero ? scaled : x;  // the last: NaN
}

// The first `count` lanes of v; in the others those of `other`.
[[gnu::always_inline]] inline V first(V v, int count, V other) {
  Ints lane{};
  for (int i = 0; i < kWidth; ++i) lane[i] = i;
  return lane < count ? v : other;
}

// v's lanes combined in a tree, lane i of the lower half with lane i of the upper.
template <int kCount, class Vector, class Combine, int... kLane>
[[gnu::always_inline]] inline auto fold(Vector v, const Combine& combine,
                                        std::integer_sequence<int, kLane...>) {
  const auto both = combine(__builtin_shufflevector(v, v, kLane...),
                            __builtin_shufflevector(v, v, (kLane + kCount / 2)...));
  if constexpr (kCount == 2)
    return both[0];
  else
    return fold<kCount / 2>(both, combine, std::make_integer_sequence<int, kCount / 4>());
}
template <class Vector, class Combine>
[[gnu::always_inline]] inline auto fold(Vector v, const Combine& combine) {
  return fold<kWidth>(v, combine, std::make_integer_sequence<int, kWidth / 2>());
}

// Any element where one is NaN: the sum of the exponentials is NaN then.
[[gnu::always_inline]] inline float row_max(const float* x, int64_t count) {
  V largest = splat(*x);
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) largest = at_least<float>(largest, load(x + i));
  if (const int left = static_cast<int>(count - i))
    largest = at_least<float>(largest, first(load_first(x + i, left), left, largest));
  return fold(largest, [](auto a, auto b) { return a > b ? a : b; });
}

double row_max(const double* x, int64_t count) {
  double largest = *x;
  for (int64_t i = 1; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

template <class T>
void scale_row(T* y, int64_t count, T by) {
  for (int64_t i = 0; i < count; ++i) y[i] *= by;
}

}  // namespace

template <>
RowSum softmax_row<kSimd>(const float* x, float* y, int64_t count) {
  const float largest = row_max(x, count);
  const int64_t whole = count / kWidth * kWidth;
  const int left = static_cast<int>(count - whole);
  Sums sums[kParts]{};
  int part = 0;
  for (int64_t i = 0; i < whole; i += kWidth, part = (part + 1) % kParts) {
    const V e = exp_of(load(x + i) - splat(largest));
    store(y + i, e);
    sums[part] += __builtin_convertvector(e, Sums);
  }
  V rest{};  // stays in a register: a short row has nothing else
  if (left) {
    rest = first(exp_of(load_first(x + whole, left) - splat(largest)), left, rest);
    sums[part] += __builtin_convertvector(rest, Sums);
  }
  for (int parts = kParts / 2; parts > 0; parts /= 2)
    for (int i = 0; i < parts; ++i) sums[i] += sums[i + parts];
  const double sum = fold(sums[0], [](auto a, auto b) { return a + b; });
  const float factor = static_cast<float>(1.0 / sum);
  scale_row(y, whole, factor);
  if (left) store_first(y + whole, rest * splat(factor), left);
  return {static_cast<double>(largest), __builtin_log(sum)};
}

template <>
RowSum softmax_row<kSimd>(const double* x, double* y, int64_t count) {
  const double largest = row_max(x, count);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += y[i] = __builtin_exp(x[i] - largest);
  scale_row(y, count, 1.0 / sum);
  return {largest, __builtin_log(sum)};
}

}  // namespace graft::cpu
