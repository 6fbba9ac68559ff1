#include "graft/kernels/cpu/pool/narrow_windows.h"

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

constexpr int kLane = kLanes<float>;
using Floats = Vec<float>;
using Ints = LaneIndex<float>;

Ints numbers_from(int first) {
  Ints numbers;
  for (int lane = 0; lane < kLane; ++lane) numbers[lane] = first + lane;
  return numbers;
}

// Of numbers below 2 * kLane, rounded down.
Ints quotient(Ints numbers, int divisor) {
  const Floats middle = __builtin_convertvector(numbers, Floats) + 0.5f;
  return __builtin_convertvector(middle / static_cast<float>(divisor), Ints);
}

// `count` elements from two vectors' worth of memory.
struct Two {
  Floats low, high;
};
[[gnu::always_inline]] inline Two load_two(const float* from, int64_t count) {
  if (count >= 2 * kLane) return {load(from), load(from + kLane)};
  if (count < kLane) return {load_first(from, static_cast<int>(count)), Floats{}};
  return {load(from), load_first(from + kLane, static_cast<int>(count) - kLane)};
}
// `count` of them, or both vectors where memory has room for them.
[[gnu::always_inline]] inline void store_two(float* to, const Two& of, int64_t count,
                                             int64_t room) {
  if (room < kLane) return store_first(to, of.low, static_cast<int>(count));
  store(to, of.low);
  if (room >= 2 * kLane)
    store(to + kLane, of.high);
  else if (count > kLane)
    store_first(to + kLane, of.high, static_cast<int>(count) - kLane);
}

template <class T>
[[gnu::always_inline]] inline void store_some(T* to, Vec<T> v, int64_t count, int64_t room) {
  room >= kLane ? store(to, v) : store_first(to, v, static_cast<int>(count));
}

[[gnu::always_inline]] inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

template <bool kIndexed>
void maxima(const float* x, int64_t channels, const WindowRow& all, float* y, int32_t* index) {
  const WindowRow row = all;
  const int64_t size = row.windows * channels, line = row.width * channels;
  const int64_t step = kLane / channels * channels;  // results of a vector
  const Ints number = numbers_from(0), window = quotient(number, static_cast<int>(channels));
  const Ints left = number + window * static_cast<int>(channels);
  const Ints right = left + static_cast<int>(channels);
  const int64_t first = row.rows.begin * row.width + row.first;
  const float* const x_end = x + row.rows.end * line;
  Ints pixel = static_cast<int>(first) + 2 * window;
  for (int64_t at = 0; at < size; at += step, pixel += static_cast<int>(2 * step / channels)) {
    const float* from = x + first * channels + 2 * at;
    Floats best;
    Ints where;
    const auto take = [&](Floats in, Ints here) {
      const Ints larger = (in > best) | (in != in);
      best = larger ? in : best;
      if constexpr (kIndexed) where = larger ? here : where;
    };
    Two in = load_two(from, x_end - from);
    best = permuted<float>(in.low, in.high, left), where = pixel;
    take(permuted<float>(in.low, in.high, right), pixel + 1);
    Ints here = pixel;
    for (int64_t h = row.rows.begin + 1; h < row.rows.end; ++h) {
      from += line, here += static_cast<int>(row.width);
      in = load_two(from, x_end - from);
      take(permuted<float>(in.low, in.high, left), here);
      take(permuted<float>(in.low, in.high, right), here + 1);
    }
    const int64_t room = size - at, count = smaller(step, room);
    store_some(y + at, best, count, room);
    if constexpr (kIndexed) store_some(index + at, where, count, room);
  }
}

void place(const float* g, const int32_t* index, int64_t channels, const WindowRow& all, float* y) {
  const WindowRow row = all;
  const int64_t size = row.windows * channels, line = row.width * channels;
  const int64_t step = kLane / channels * channels;
  // Of two vectors of a row of y: the pixel of each lane, and the lane of its window's element.
  const Ints low = numbers_from(0), high = numbers_from(kLane);
  const int divisor = static_cast<int>(channels);
  const Ints low_pixel = quotient(low, divisor), high_pixel = quotient(high, divisor);
  const Ints low_lane = low - (low_pixel - low_pixel / 2) * divisor;
  const Ints high_lane = high - (high_pixel - high_pixel / 2) * divisor;
  const int64_t first = row.rows.begin * row.width + row.first;
  for (int64_t at = 0; at < size; at += step) {
    const int64_t room = size - at, count = smaller(step, room);
    const Floats value = room >= kLane ? load(g + at) : load_first(g + at, static_cast<int>(count));
    const Floats where =
        Floats(room >= kLane ? load(index + at) : load_first(index + at, static_cast<int>(count)));
    const Two values = {permuted<float>(value, low_lane), permuted<float>(value, high_lane)};
    const Ints low_at = Ints(permuted<float>(where, low_lane));
    const Ints high_at = Ints(permuted<float>(where, high_lane));
    int64_t pixel = first + 2 * at / channels;
    float* to = y + pixel * channels;
    int64_t left = (row.width - row.first) * channels - 2 * at;  // of this row
    for (int64_t h = row.rows.begin; h < row.rows.end; ++h, pixel += row.width, to += line) {
      const int here = static_cast<int>(pixel);
      store_two(to,
                {low_at == low_pixel + here ? values.low : Floats{},
                 high_at == high_pixel + here ? values.high : Floats{}},
                2 * count, left);
    }
  }
}

}  // namespace

template <>
bool narrow_windows_apply<kSimd>(int64_t channels, const WindowRow& row) {
  return channels < kLane && row.kernel == 2 && row.stride == 2 && row.first >= 0 &&
         row.first + 2 * row.windows <= row.width;
}

template <>
void narrow_maxima<kSimd>(const float* x, int64_t channels, const WindowRow& row, float* y,
                          int32_t* index) {
  index ? maxima<true>(x, channels, row, y, index) : maxima<false>(x, channels, row, y, index);
}

template <>
void place_narrow_maxima<kSimd>(const float* g, const int32_t* index, int64_t channels,
                                const WindowRow& row, float* y) {
  place(g, index, channels, row, y);
}

}  // namespace graft::cpu
