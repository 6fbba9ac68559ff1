#include "graft/kernels/cpu/conv/outer_sums.h"

#include <utility>

#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

constexpr int kMaxElements = tile_shape<float>(kSimd).rows;

template <int kElements, int kVecs>
using Sums = Vec<float>[kElements][kVecs];

template <int kElements, int kVecs>
[[gnu::always_inline]] inline void add_outer(Sums<kElements, kVecs>& sums, const float* x,
                                             const float* dy) {
  Vec<float> columns[kVecs];
#pragma GCC unroll 2
  for (int v = 0; v < kVecs; ++v) columns[v] = load(dy + v * kLanes<float>);
#pragma GCC unroll 14
  for (int e = 0; e < kElements; ++e)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) sums[e][v] += splat(x[e]) * columns[v];
}

// Two sets of sums where one has too few chains to hide the latency of a multiply-add.
template <int kElements, int kVecs>
void add_grid(const OutputGrid& grid, float* to) {
  constexpr bool kTwice = 2 * kElements * kVecs <= kMaxElements;
  Sums<kElements, kVecs> even{}, odd{};
  const float *x_row = grid.x, *dy_row = grid.dy;
  const int64_t x_pixel = grid.x_pixel, dy_pixel = grid.dy_pixel, pixels = grid.pixels;
  for (int64_t row = 0; row < grid.rows; ++row, x_row += grid.x_row, dy_row += grid.dy_row) {
    const float *x = x_row, *dy = dy_row;
    int64_t q = 0;
    if constexpr (kTwice)
      for (; q + 2 <= pixels; q += 2, x += 2 * x_pixel, dy += 2 * dy_pixel) {
        add_outer<kElements, kVecs>(even, x, dy);
        add_outer<kElements, kVecs>(odd, x + x_pixel, dy + dy_pixel);
      }
    for (; q < pixels; ++q, x += x_pixel, dy += dy_pixel) add_outer<kElements, kVecs>(even, x, dy);
  }
#pragma GCC unroll 14
  for (int e = 0; e < kElements; ++e)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v, to += kLanes<float>) {
      if constexpr (kTwice) even[e][v] += odd[e][v];
      store(to, load(static_cast<const float*>(to)) + even[e][v]);
    }
}

using GridFunction = void (*)(const OutputGrid&, float*);
struct GridFunctions {
  GridFunction of[kMaxElements];
};
template <int kVecs, int... kElement>
constexpr GridFunctions list(std::integer_sequence<int, kElement...>) {
  return {{add_grid<kElement + 1, kVecs>...}};
}
constexpr auto kElements = std::make_integer_sequence<int, kMaxElements>();
constexpr GridFunctions kHalf = list<1>(kElements), kWhole = list<2>(kElements);

}  // namespace

template <>
void add_outer_sums<kSimd>(const OutputGrid& grid, int elements, bool half, float* sums) {
  (half ? kHalf : kWhole).of[elements - 1](grid, sums);
}

}  // namespace graft::cpu
