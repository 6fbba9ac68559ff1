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

template <class T>
using Pixels = decltype(Vec<T>{} > Vec<T>{});  // integers as wide as T

template <class T>
[[gnu::always_inline]] inline void store_pixels(int32_t* to, Pixels<T> pixels, int64_t count) {
  if constexpr (sizeof(T) == sizeof(int32_t)) {
    if (count >= kLanes<T>)
      store(to, pixels);
    else
      store_first(to, pixels, static_cast<int>(count));
  } else {
    for (int lane = 0; lane < kLanes<T> && lane < count; ++lane)
      to[lane] = static_cast<int32_t>(pixels[lane]);
  }
}

template <bool kIndexed, class T>
[[gnu::always_inline]] inline void maxima_of(const T* x, int64_t channels, const WindowRow& all,
                                             T* y, int32_t* index) {
  using Pixel = std::remove_reference_t<decltype(Pixels<T>{}[0])>;
  const WindowRow row = all;  // a copy, so that no store into y can be taken for a change of it
  for_strips<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    for (int64_t window = 0; window < row.windows; ++window) {
      const int64_t column = row.first + window * row.stride;
      const int64_t begin = column < 0 ? 0 : column;
      const int64_t end = column + row.kernel < row.width ? column + row.kernel : row.width;
      Vec<T> best[kVectors];
      Pixels<T> at[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        best[v] = splat(-static_cast<T>(__builtin_inf()));
        at[v] = static_cast<Pixel>(row.rows.begin * row.width + begin) - Pixels<T>{};
      }
      for (int64_t h = row.rows.begin; h < row.rows.end; ++h) {
        int64_t pixel = h * row.width + begin;
        const T* from = x + pixel * channels + c;
        for (int64_t w = begin; w < end; ++w, ++pixel, from += channels) {
          for (int v = 0; v < kVectors; ++v) {
            const Vec<T> in = read(from + v * kLanes<T>);
            const Pixels<T> larger = (in > best[v]) | (in != in);
            best[v] = larger ? in : best[v];
            if constexpr (kIndexed)
              at[v] = larger ? static_cast<Pixel>(pixel) - Pixels<T>{} : at[v];
          }
        }
      }
      const int64_t to = window * channels + c;
      for (int v = 0; v < kVectors; ++v) write(y + to + v * kLanes<T>, best[v]);
      if constexpr (kIndexed)
        for (int v = 0; v < kVectors; ++v)
          store_pixels<T>(index + to + v * kLanes<T>, at[v], channels - c - v * kLanes<T>);
    }
  });
}

template <class T>
void maxima(const T* x, int64_t channels, const WindowRow& row, T* y, int32_t* index) {
  index ? maxima_of<true>(x, channels, row, y, index)
        : maxima_of<false>(x, channels, row, y, index);
}

template <class T>
const int32_t* add_at(const T* g, const int32_t* index, int64_t windows, int64_t channels,
                      int64_t first, int64_t end, int64_t pixels, T* y) {
  const bool dense = end - first == channels;  // then all windows are one run
  const int64_t run = dense ? windows * channels : end - first, runs = dense ? 1 : windows;
  for (int64_t r = 0; r < runs; ++r) {
    const int32_t* const at = index + r * channels + first;
    uint32_t largest = 0;  // negative ones are larger still
    for (int64_t i = 0; i < run; ++i)
      largest = largest < static_cast<uint32_t>(at[i]) ? static_cast<uint32_t>(at[i]) : largest;
    if (largest < pixels) continue;
    for (int64_t i = 0; i < run; ++i)
      if (at[i] < 0 || at[i] >= pixels) return at + i;
  }
  for (int64_t window = 0; window < windows; ++window, g += channels, index += channels)
    for (int64_t c = first; c < end; ++c) y[index[c] * channels + c] += g[c];
  return nullptr;
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
void window_maxima<kSimd>(const float* x, int64_t channels, const WindowRow& row, float* y,
                          int32_t* index) {
  maxima(x, channels, row, y, index);
}
template <>
void window_maxima<kSimd>(const double* x, int64_t channels, const WindowRow& row, double* y,
                          int32_t* index) {
  maxima(x, channels, row, y, index);
}

template <>
const int32_t* scatter_add<kSimd>(const float* g, const int32_t* index, int64_t windows,
                                  int64_t channels, int64_t first, int64_t end, int64_t pixels,
                                  float* y) {
  return add_at(g, index, windows, channels, first, end, pixels, y);
}
template <>
const int32_t* scatter_add<kSimd>(const double* g, const int32_t* index, int64_t windows,
                                  int64_t channels, int64_t first, int64_t end, int64_t pixels,
                                  double* y) {
  return add_at(g, index, windows, channels, first, end, pixels, y);
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
