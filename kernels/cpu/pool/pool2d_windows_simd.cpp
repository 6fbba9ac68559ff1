#include "graft/kernels/cpu/pool/pool2d_windows.h"

#include <type_traits>

#include "graft/kernels/cpu/pool/narrow_windows.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// f64 is for checking: one vector at a time, and little code.
template <class T>
constexpr bool kFast = sizeof(T) == sizeof(float);

// Calls body.operator()<vectors>(first channel, load, store) for strips of channels: four vectors,
// then one, then the rest of one.
template <class T, class Body>
[[gnu::always_inline]] inline void for_strips(int64_t channels, const Body& body) {
  const auto read = [](const T* from) { return load(from); };
  const auto write = [](T* to, Vec<T> v) { store(to, v); };
  int64_t c = 0;
  if constexpr (kFast<T>)
    for (; c + 4 * kLanes<T> <= channels; c += 4 * kLanes<T>)
      body.template operator()<4>(c, read, write);
  for (; c + kLanes<T> <= channels; c += kLanes<T>) body.template operator()<1>(c, read, write);
  if (const int rest = static_cast<int>(channels - c))
    body.template operator()<1>(
        c, [rest](const T* from) { return load_first(from, rest); },
        [rest](T* to, Vec<T> v) { store_first(to, v, rest); });
}

// The same over a row of pixels, with load(from, end) and store(to, v, end), where `end` is that of
// the row. Of fewer channels than a vector has lanes a pixel is still read and written whole, while
// the row goes on behind it: lanes too many are those of the next pixels, written after it. Masks
// cost more.
template <class T, class Body>
[[gnu::always_inline]] inline void for_strips_of_row(int64_t channels, const Body& body) {
  if (!kFast<T> || channels >= kLanes<T>)
    return for_strips<T>(channels,
                         [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
                           body.template operator()<kVectors>(
                               c, [&](const T* from, const T*) { return read(from); },
                               [&](T* to, Vec<T> v, const T*) { write(to, v); });
                         });
  const int few = static_cast<int>(channels);
  body.template operator()<1>(
      0,
      [few](const T* from, const T* end) {
        return end - from >= kLanes<T> ? load(from) : load_first(from, few);
      },
      [few](T* to, Vec<T> v, const T* end) {
        end - to >= kLanes<T> ? store(to, v) : store_first(to, v, few);
      });
}

template <class T>
using Pixels = LaneIndex<T>;

// `count` pixels, or a whole vector of them where memory has room for it.
template <class T>
[[gnu::always_inline]] inline void store_pixels(int32_t* to, Pixels<T> pixels, int64_t count,
                                                int64_t room) {
  if constexpr (sizeof(T) == sizeof(int32_t)) {
    if (room >= kLanes<T>)
      store(to, pixels);
    else
      store_first(to, pixels, static_cast<int>(count));
  } else {
    for (int lane = 0; lane < kLanes<T> && lane < count; ++lane)
      to[lane] = static_cast<int32_t>(pixels[lane]);
  }
}

template <class T>
[[gnu::always_inline]] inline Pixels<T> load_pixels(const int32_t* from, int64_t count,
                                                    int64_t room) {
  if constexpr (sizeof(T) == sizeof(int32_t)) {
    return room >= kLanes<T> ? load(from) : load_first(from, static_cast<int>(count));
  } else {
    Pixels<T> pixels{};
    for (int lane = 0; lane < kLanes<T> && lane < count; ++lane) pixels[lane] = from[lane];
    return pixels;
  }
}

template <bool kIndexed, class T>
[[gnu::always_inline]] inline void maxima_of(const T* x, int64_t channels, const WindowRow& all,
                                             T* y, int32_t* index) {
  using Pixel = std::remove_reference_t<decltype(Pixels<T>{}[0])>;
  const WindowRow row = all;  // a copy, so that no store into y can be taken for a change of it
  const T* const x_end = x + row.rows.end * row.width * channels;
  const int64_t size = row.windows * channels, line = row.width * channels;
  const bool few = kFast<T> && channels < kLanes<T>, two_rows = row.rows.end - row.rows.begin == 2;
  for_strips_of_row<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    for (int64_t window = 0; window < row.windows; ++window) {
      const int64_t column = row.first + window * row.stride;
      const int64_t begin = column < 0 ? 0 : column;
      const int64_t end = column + row.kernel < row.width ? column + row.kernel : row.width;
      const int64_t pixel = row.rows.begin * row.width + begin;
      const T* const first = x + pixel * channels + c;
      Vec<T> best[kVectors];
      Pixels<T> at[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        best[v] = read(first + v * kLanes<T>, x_end);
        at[v] = static_cast<Pixel>(pixel) - Pixels<T>{};
      }
      const auto take = [&](int64_t h, int64_t w) {
        const T* const from = first + h * line + w * channels;
        for (int v = 0; v < kVectors; ++v) {
          const Vec<T> in = read(from + v * kLanes<T>, x_end);
          const Pixels<T> larger = (in > best[v]) | (in != in);
          best[v] = larger ? in : best[v];
          if constexpr (kIndexed)
            at[v] = larger ? static_cast<Pixel>(pixel + h * row.width + w) - Pixels<T>{} : at[v];
        }
      };
      if (two_rows && end - begin == 2) {  // the commonest window, without its loops
        take(0, 1), take(1, 0), take(1, 1);
      } else {
        for (int64_t h = 0; h < row.rows.end - row.rows.begin; ++h)
          for (int64_t w = 0; w < end - begin; ++w) take(h, w);
      }
      for (int v = 0; v < kVectors; ++v) {
        const int64_t to = window * channels + c + v * kLanes<T>;
        const int64_t left = channels - c - v * kLanes<T>;
        write(y + to, best[v], y + size);
        if constexpr (kIndexed) store_pixels<T>(index + to, at[v], left, few ? size - to : left);
      }
    }
  });
}

template <class T>
void maxima(const T* x, int64_t channels, const WindowRow& row, T* y, int32_t* index) {
  index ? maxima_of<true>(x, channels, row, y, index)
        : maxima_of<false>(x, channels, row, y, index);
}

template <class T>
[[gnu::always_inline]] inline void place(const T* g, const int32_t* index, int64_t channels,
                                         const WindowRow& all, T* y) {
  using Pixel = std::remove_reference_t<decltype(Pixels<T>{}[0])>;
  const WindowRow row = all;
  const int64_t size = row.windows * channels, line = row.width * channels;
  T* const y_end = y + (row.rows.begin + 1) * line;  // of the first row
  const bool few = kFast<T> && channels < kLanes<T>, two_rows = row.rows.end - row.rows.begin == 2;
  for_strips_of_row<T>(channels, [&]<int kVectors>(int64_t c, const auto& read, const auto& write) {
    for (int64_t window = 0; window < row.windows; ++window) {
      const int64_t column = row.first + window * row.stride;
      Vec<T> value[kVectors];
      Pixels<T> at[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        const int64_t from = window * channels + c + v * kLanes<T>;
        const int64_t left = channels - c - v * kLanes<T>;
        value[v] = read(g + from, g + size);
        at[v] = load_pixels<T>(index + from, left, few ? size - from : left);
      }
      const int64_t pixel = row.rows.begin * row.width + column;
      T* const first = y + pixel * channels + c;
      const auto put = [&](int64_t h, int64_t w) {
        T* const to = first + h * line + w * channels;
        for (int v = 0; v < kVectors; ++v) {
          const auto here = at[v] == static_cast<Pixel>(pixel + h * row.width + w) - Pixels<T>{};
          write(to + v * kLanes<T>, here ? value[v] : Vec<T>{}, y_end + h * line);
        }
      };
      if (two_rows && row.kernel == 2) {
        put(0, 0), put(0, 1), put(1, 0), put(1, 1);
      } else {
        for (int64_t h = 0; h < row.rows.end - row.rows.begin; ++h)
          for (int64_t w = 0; w < row.kernel; ++w) put(h, w);
      }
    }
  });
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
  if (narrow_windows_apply<kSimd>(channels, row))
    return narrow_maxima<kSimd>(x, channels, row, y, index);
  maxima(x, channels, row, y, index);
}
template <>
void window_maxima<kSimd>(const double* x, int64_t channels, const WindowRow& row, double* y,
                          int32_t* index) {
  maxima(x, channels, row, y, index);
}

template <>
void place_maxima<kSimd>(const float* g, const int32_t* index, int64_t channels,
                         const WindowRow& row, float* y) {
  if (narrow_windows_apply<kSimd>(channels, row))
    return place_narrow_maxima<kSimd>(g, index, channels, row, y);
  place(g, index, channels, row, y);
}
template <>
void place_maxima<kSimd>(const double* g, const int32_t* index, int64_t channels,
                         const WindowRow& row, double* y) {
  place(g, index, channels, row, y);
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
