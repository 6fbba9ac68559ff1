#include "graft/kernels/cpu/pool/pool2d_windows.h"

#include <type_traits>

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Calls body.operator()<vectors>(first channel, load, store) for strips of channels: four vectors,
// then one, then the rest of one.
template <class T, class Body>
[[gnu::always_inline]] inline void for_strips(int64_t channels, const Body& body) {
  const auto read = [](const T* from) { return load(from); };
  const auto write = [](T* to, Vec<T> v) { store(to, v); };
  int64_t c = 0;
  for (; c + 4 * kLanes<T> <= channels; c += 4 * kLanes<T>)
    body.template operator()<4>(c, read, write);
  for (; c + kLanes<T> <= channels; c += kLanes<T>) body.template operator()<1>(c, read, write);
  if (const int rest = static_cast<int>(channels - c))
    body.template operator()<1>(
        c, [rest](const T* from) { return load_first(from, rest); },
        [rest](T* to, Vec<T> v) { store_first(to, v, rest); });
}

template <bool kIndexed, class T>
[[gnu::always_inline]] inline void max_of(const T* x, int64_t channels, ImageWindow window, T* y,
                                          int32_t* index) {
  using Mask = decltype(Vec<T>{} > Vec<T>{});  // integers as wide as T
  using Pixel = std::remove_reference_t<decltype(Mask{}[0])>;
  const int64_t first = window.rows.begin * window.width + window.columns.begin;
  for_strips<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    Vec<T> best[kVectors];
    Mask at[kVectors];
    for (int v = 0; v < kVectors; ++v) best[v] = read(x + first * channels + c + v * kLanes<T>);
    for (int v = 0; v < kVectors; ++v) at[v] = static_cast<Pixel>(first) - Mask{};
    for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
      for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
        const int64_t pixel = h * window.width + w;
        const T* from = x + pixel * channels + c;
        for (int v = 0; v < kVectors; ++v) {
          const Vec<T> in = read(from + v * kLanes<T>);
          const Mask larger = (in > best[v]) | (in != in);
          best[v] = larger ? in : best[v];
          if constexpr (kIndexed) at[v] = larger ? static_cast<Pixel>(pixel) - Mask{} : at[v];
        }
      }
    }
    for (int v = 0; v < kVectors; ++v) write(y + c + v * kLanes<T>, best[v]);
    if constexpr (kIndexed)
      for (int64_t lane = 0; lane < kVectors * kLanes<T> && c + lane < channels; ++lane)
        index[c + lane] = static_cast<int32_t>(at[lane / kLanes<T>][lane % kLanes<T>]);
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
  for_strips<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    Vec<T> total[kVectors] = {};
    for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
      Vec<T> row[kVectors] = {};
      for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
        const T* from = x + (h * window.width + w) * channels + c;
        for (int v = 0; v < kVectors; ++v) row[v] += read(from + v * kLanes<T>);
      }
      for (int v = 0; v < kVectors; ++v) total[v] += row[v];
    }
    for (int v = 0; v < kVectors; ++v) write(y + c + v * kLanes<T>, total[v] / count);
  });
}

template <class T>
[[gnu::always_inline]] inline void add_quotient(const T* x, int64_t channels, T count, T* y) {
  for_strips<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = c + v * kLanes<T>;
      write(y + at, read(y + at) + read(x + at) / count);
    }
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
