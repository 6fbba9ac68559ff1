#include "graft/kernels/cpu/pool2d_windows.h"

#include <type_traits>

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Calls body(first channel, count, load, store) for strips of one vector, the last one partial.
template <class T, class Body>
[[gnu::always_inline]] inline void for_strips(int64_t channels, const Body& body) {
  int64_t c = 0;
  for (; c + kLanes<T> <= channels; c += kLanes<T>)
    body(
        c, [](const T* from) { return load(from); }, [](T* to, Vec<T> v) { store(to, v); });
  if (const int rest = static_cast<int>(channels - c))
    body(
        c, [rest](const T* from) { return load_first(from, rest); },
        [rest](T* to, Vec<T> v) { store_first(to, v, rest); });
}

template <bool kIndexed, class T>
[[gnu::always_inline]] inline void max_of(const T* x, int64_t channels, ImageWindow window, T* y,
                                          int32_t* index) {
  const int64_t first = window.rows.begin * window.width + window.columns.begin;
  for_strips<T>(channels, [&](int64_t c, const auto& read, const auto& write) {
    using Mask = decltype(Vec<T>{} > Vec<T>{});  // integers as wide as T
    using Pixel = std::remove_reference_t<decltype(Mask{}[0])>;
    Vec<T> best = read(x + first * channels + c);
    Mask at = static_cast<Pixel>(first) - Mask{};
    for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
      for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
        const int64_t pixel = h * window.width + w;
        const Vec<T> in = read(x + pixel * channels + c);
        const Mask larger = (in > best) | (in != in);
        best = larger ? in : best;
        if constexpr (kIndexed) at = larger ? static_cast<Pixel>(pixel) - Mask{} : at;
      }
    }
    write(y + c, best);
    if constexpr (kIndexed)
      for (int64_t lane = 0; lane < kLanes<T> && c + lane < channels; ++lane)
        index[c + lane] = static_cast<int32_t>(at[lane]);
  });
}

template <class T>
[[gnu::always_inline]] inline void max_or_indexed_max(const T* x, int64_t channels,
                                                      ImageWindow window, T* y, int32_t* index) {
  index ? max_of<true>(x, channels, window, y, index)
        : max_of<false>(x, channels, window, y, index);
}

template <class T>
[[gnu::always_inline]] inline void mean_of(const T* x, int64_t channels, ImageWindow window,
                                           T count, T* y) {
  for_strips<T>(channels, [&](int64_t c, const auto& read, const auto& write) {
    Vec<T> total{};
    for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
      Vec<T> row{};
      for (int64_t w = window.columns.begin; w < window.columns.end; ++w)
        row += read(x + (h * window.width + w) * channels + c);
      total += row;
    }
    write(y + c, total / count);
  });
}

template <class T>
[[gnu::always_inline]] inline void add_quotient(const T* x, int64_t channels, T count, T* y) {
  for_strips<T>(channels, [&](int64_t c, const auto& read, const auto& write) {
    write(y + c, read(y + c) + read(x + c) / count);
  });
}

}  // namespace

template <>
void window_max<kSimd>(const float* x, int64_t channels, ImageWindow window, float* y,
                       int32_t* index) {
  max_or_indexed_max(x, channels, window, y, index);
}
template <>
void window_max<kSimd>(const double* x, int64_t channels, ImageWindow window, double* y,
                       int32_t* index) {
  max_or_indexed_max(x, channels, window, y, index);
}

template <>
void window_mean<kSimd>(const float* x, int64_t channels, ImageWindow window, float count,
                        float* y) {
  mean_of(x, channels, window, count, y);
}
template <>
void window_mean<kSimd>(const double* x, int64_t channels, ImageWindow window, double count,
                        double* y) {
  mean_of(x, channels, window, count, y);
}

template <>
void add_share<kSimd>(const float* x, int64_t channels, float count, float* y) {
  add_quotient(x, channels, count, y);
}
template <>
void add_share<kSimd>(const double* x, int64_t channels, double count, double* y) {
  add_quotient(x, channels, count, y);
}

}  // namespace graft::cpu
