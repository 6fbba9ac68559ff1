#include "graft/kernels/cpu/winograd/transforms.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu::winograd {
namespace {

using V = Vec<float>;
constexpr int kStep = kLanes<float>;

// The one-dimensional transforms. A two-dimensional one is such a transform of each column, then of
// each row. Factors that are powers of two round nothing.

struct InputAxis {  // B^T
  static constexpr int kFrom = kIn, kTo = kIn;
  [[gnu::always_inline]] static void apply(const V (&d)[kFrom], V (&t)[kTo]) {
    const V even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
    const V even2 = d[4] - d[2], odd2 = 2.0f * (d[3] - d[1]);
    t[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = even2 + odd2;
    t[4] = even2 - odd2;
    t[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
  }
};

struct OutputAxis {  // A^T
  static constexpr int kFrom = kIn, kTo = kOut;
  [[gnu::always_inline]] static void apply(const V (&m)[kFrom], V (&y)[kTo]) {
    const V sum = m[1] + m[2], difference = m[1] - m[2];
    const V sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    y[0] = (m[0] + sum) + sum2;
    y[1] = difference + 2.0f * difference2;
    y[2] = sum + 4.0f * sum2;
    y[3] = (difference + m[5]) + 8.0f * difference2;
  }
};

struct OutputGradAxis {  // A
  static constexpr int kFrom = kOut, kTo = kIn;
  [[gnu::always_inline]] static void apply(const V (&y)[kFrom], V (&m)[kTo]) {
    const V even = y[0] + y[2], odd = y[1] + y[3];
    const V even2 = y[0] + 4.0f * y[2], odd2 = 2.0f * y[1] + 8.0f * y[3];
    m[0] = y[0];
    m[1] = even + odd;
    m[2] = even - odd;
    m[3] = even2 + odd2;
    m[4] = even2 - odd2;
    m[5] = y[3];
  }
};

struct FilterAxis {  // G
  static constexpr int kFrom = kTap, kTo = kIn;
  [[gnu::always_inline]] static void apply(const V (&g)[kFrom], V (&u)[kTo]) {
    constexpr float kSixth = 1.0f / 6, kTwentyFourth = 1.0f / 24;
    const V even = g[0] + g[2], even2 = g[0] + 4.0f * g[2], odd2 = 2.0f * g[1];
    u[0] = 0.25f * g[0];
    u[1] = -kSixth * (even + g[1]);
    u[2] = -kSixth * (even - g[1]);
    u[3] = kTwentyFourth * (even2 + odd2);
    u[4] = kTwentyFourth * (even2 - odd2);
    u[5] = g[2];
  }
};

struct FilterGradAxis {  // G^T
  static constexpr int kFrom = kIn, kTo = kTap;
  [[gnu::always_inline]] static void apply(const V (&u)[kFrom], V (&g)[kTo]) {
    constexpr float kSixth = 1.0f / 6, kTwentyFourth = 1.0f / 24;
    const V sum = kSixth * (u[1] + u[2]), sum2 = kTwentyFourth * (u[3] + u[4]);
    const V difference = kSixth * (u[2] - u[1]), difference2 = kTwentyFourth * (u[3] - u[4]);
    g[0] = (0.25f * u[0] - sum) + sum2;
    g[1] = difference + 2.0f * difference2;
    g[2] = (u[5] - sum) + 4.0f * sum2;
  }
};

// Lanes of one call: a constant where all of a vector is meant.
struct Whole {
  [[gnu::always_inline]] V get(const float* from) const { return load(from); }
  [[gnu::always_inline]] void put(float* to, V v) const { store(to, v); }
};
struct First {
  int count;
  [[gnu::always_inline]] V get(const float* from) const { return load_first(from, count); }
  [[gnu::always_inline]] void put(float* to, V v) const { store_first(to, v, count); }
};

// body(channel, lanes) for each vector of `count` channels.
template <class Body>
[[gnu::always_inline]] inline void for_each_vector(int64_t count, const Body& body) {
  int64_t channel = 0;
  for (; channel + kStep <= count; channel += kStep) body(channel, Whole{});
  if (channel < count) body(channel, First{static_cast<int>(count - channel)});
}

// Axis X Axis^T, with X read by get(row, column) and the result handed to put(row, column, value).
template <class Axis, class Get, class Put>
[[gnu::always_inline]] inline void transform(const Get& get, const Put& put) {
  V half[Axis::kTo][Axis::kFrom];
#pragma GCC unroll 6
  for (int column = 0; column < Axis::kFrom; ++column) {
    V from[Axis::kFrom], to[Axis::kTo];
#pragma GCC unroll 6
    for (int row = 0; row < Axis::kFrom; ++row) from[row] = get(row, column);
    Axis::apply(from, to);
#pragma GCC unroll 6
    for (int row = 0; row < Axis::kTo; ++row) half[row][column] = to[row];
  }
#pragma GCC unroll 6
  for (int row = 0; row < Axis::kTo; ++row) {
    V to[Axis::kTo];
    Axis::apply(half[row], to);
#pragma GCC unroll 6
    for (int column = 0; column < Axis::kTo; ++column) put(row, column, to[column]);
  }
}

// One vector of channels from separate pixels to planes.
template <class Axis, class Lanes>
[[gnu::always_inline]] inline void to_planes(const float* const* pixels, int64_t channel,
                                             const Lanes& lanes, float* to, int64_t plane) {
  transform<Axis>(
      [&](int row, int column) [[gnu::always_inline]] {
        return lanes.get(pixels[row * Axis::kFrom + column] + channel);
      },
      [&](int row, int column, V v)
          [[gnu::always_inline]] { store(to + (row * kIn + column) * plane, v); });
}

// Asks for the last 4x4 pixels of a square of kSize x kSize: those that no tile before had.
template <int kSize>
[[gnu::always_inline]] inline void fetch(const float* const* pixels, int64_t channel) {
#pragma GCC unroll 4
  for (int row = kSize - kOut; row < kSize; ++row)
#pragma GCC unroll 4
    for (int column = kSize - kOut; column < kSize; ++column)
      __builtin_prefetch(pixels[row * kSize + column] + channel);
}

}  // namespace

template <>
void transform_input<kSimd>(const float* const* pixels, const float* const* next, int64_t first,
                            int64_t count, float* to, int64_t plane) {
  for_each_vector(count, [&](int64_t channel, const auto& lanes) {
    fetch<kIn>(next, first + channel);
    to_planes<InputAxis>(pixels, first + channel, lanes, to + channel, plane);
  });
}

template <>
void transform_output_grad<kSimd>(const float* const* pixels, const float* const* next,
                                  int64_t first, int64_t count, float* to, int64_t plane) {
  for_each_vector(count, [&](int64_t channel, const auto& lanes) {
    fetch<kOut>(next, first + channel);
    to_planes<OutputGradAxis>(pixels, first + channel, lanes, to + channel, plane);
  });
}

template <>
void transform_filter<kSimd>(const float* const* taps, int64_t count, float* to, int64_t plane) {
  for_each_vector(count, [&](int64_t channel, const auto& lanes) {
    to_planes<FilterAxis>(taps, channel, lanes, to + channel, plane);
  });
}

template <>
void transform_output<kSimd>(const float* from, int64_t plane, int64_t count,
                             const OutputTile& tile) {
  const Epilogue<float>& epilogue = tile.epilogue;
  const Clamp<float> clamp(epilogue.activation);
  for_each_vector(count, [&](int64_t channel, const auto& lanes) {
    const V bias = epilogue.bias ? lanes.get(epilogue.bias + channel) : V{};
    transform<OutputAxis>(
        [&](int row, int column) [[gnu::always_inline]] {
          return lanes.get(from + (row * kIn + column) * plane + channel);
        },
        [&](int row, int column, V v) [[gnu::always_inline]] {
          if (row >= tile.height || column >= tile.width) return;
          const int64_t at = row * tile.row + column * tile.pixel + channel;
          v += bias;
          if (epilogue.residual) v += lanes.get(epilogue.residual + at);
          lanes.put(tile.y + at, clamp(v));
        });
  });
}

template <>
void transform_filter_grad<kSimd>(const float* from, int64_t plane, int64_t count,
                                  float* const* taps) {
  for_each_vector(count, [&](int64_t channel, const auto& lanes) {
    transform<FilterGradAxis>(
        [&](int row, int column) [[gnu::always_inline]] {
          return lanes.get(from + (row * kIn + column) * plane + channel);
        },
        [&](int row, int column, V v)
            [[gnu::always_inline]] { lanes.put(taps[row * kTap + column] + channel, v); });
  });
}

}  // namespace graft::cpu::winograd
