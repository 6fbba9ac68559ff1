// Block of tiles after block, dU [36][columns][channels] += dM^T V; at last dw = G^T dU G. Where dU
// would be too large, for a part of the columns at a time.
#include "graft/kernels/cpu/winograd/filter_grad.h"

#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/cache_size.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/planes.h"
#include "graft/kernels/cpu/winograd/tiles.h"

namespace graft::cpu::winograd {
namespace {

// What dU, and what V and dM, may take at most. They are passed through from one end to the other,
// so it does not matter that they are larger than a cache.
constexpr int64_t kBytes = 64 << 20;

// Tiles of a block and columns of a part.
struct Sizes {
  int64_t tiles, columns;
};

Sizes choose_sizes(const Correlation& c, const TileGrid& grid, int vector_columns) {
  constexpr int64_t kFloat = sizeof(float);
  // A block of V's columns stays in the level-1 cache while all of dM passes.
  const int64_t hot = cache_sizes().level1 * 3 / 4 / (vector_columns * kFloat);
  const int64_t fitting = kBytes / (kPlanes * (c.channels + c.columns) * kFloat);
  const int64_t tiles = std::min(std::max<int64_t>(1, std::min(hot, fitting)), grid.count);
  // If one block is all, V serves every part and a part of dU need not leave the level-3 cache.
  const int64_t bytes = tiles == grid.count ? cache_sizes().level3 / 8 : kBytes;
  const int64_t columns = std::max<int64_t>(1, bytes / (kPlanes * c.channels * kFloat));
  return {tiles, ceil_div(c.columns, ceil_div(c.columns, columns))};
}

struct Job {
  const Correlation& c;
  const TileGrid grid;
  const ColumnBlocks blocks;  // of the channels, as columns of dU
  const int tile_rows;
  const float* x;
  const float* dy;
  const float* zeros;
  float* v;  // [36] planes of `v_plane`, each packed for a product over the tiles of a block
  int64_t v_plane;
  Planes m, du;

  // V of tiles begin..end-1 of a block that starts at tile `first` and has `count`.
  void transform_x(int64_t first, int64_t begin, int64_t end, int64_t count) const {
    for_each_input(c, grid, first + begin, first + end, x, zeros,
                   [&](int64_t t, const float* const* pixels, const float* const* next) {
                     with_simd([&]<SimdLevel kLevel>() {
                       for (int64_t b = 0; b < blocks.count(); ++b)
                         transform_input<kLevel>(
                             pixels, next, blocks.begin(b), blocks.columns_of(b),
                             v + blocks.begin(b) * count + (t - first) * blocks.width_of(b),
                             v_plane);
                     });
                   });
  }

  // Some columns of dM of the same tiles.
  void transform_dy(int64_t first, int64_t begin, int64_t end, int64_t column,
                    int64_t columns) const {
    for_each_output(c, grid, first + begin, first + end, dy, zeros,
                    [&](int64_t t, const float* const* pixels, const float* const* next) {
                      with_simd([&]<SimdLevel kLevel>() {
                        transform_output_grad<kLevel>(pixels, next, column, columns,
                                                      m.at(0, t - first), m.plane);
                      });
                    });
  }

  // Plane q of dU (+)= dM^T V.
  void multiply(int64_t q, int64_t count, int64_t columns, bool continued,
                Tile<float>* tiles) const {
    const int64_t pieces = ceil_div(columns, tile_rows);
    for (int64_t i = 0; i < pieces; ++i) {
      const int64_t begin = columns * i / pieces, end = columns * (i + 1) / pieces;
      tiles[i] = {m.at(q, 0) + begin, du.at(q, begin), nullptr, static_cast<int>(end - begin)};
    }
    const Panel<float> panel{.tiles = tiles,
                             .tile_count = pieces,
                             .a_stride = m.row,
                             .c_stride = du.row,
                             .run = count,
                             .b = v + q * v_plane,
                             .b_depth = count,
                             .columns = c.channels,
                             .layout = LayoutA::Transposed,
                             .continued = continued};
    with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, float>(panel); });
  }

  void finish(int64_t row, float* filter) const {
    float* taps[kTaps];
    for (int t = 0; t < kTaps; ++t) taps[t] = filter + t * c.channels;
    with_simd([&]<SimdLevel kLevel>() {
      transform_filter_grad<kLevel>(du.at(0, row), du.plane, c.channels, taps);
    });
  }
};

}  // namespace

void filter_grad(const KernelCtx& ctx, const Correlation& c, const float* x, const float* dy,
                 float* dw) {
  const auto take = [&](int64_t count) { return ctx.workspace.take_array<float>(count); };
  const TileGrid grid(c);
  const ColumnBlocks blocks = ColumnBlocks::of<float>(c.channels);
  const Sizes sizes = choose_sizes(c, grid, blocks.width);
  const int64_t v_plane = blocks.size(sizes.tiles) + kVector;
  const int64_t longest = std::max(c.channels, c.columns);
  float* const zeros = take(longest);
  std::fill_n(zeros, longest, 0.0f);
  const Job job{
      .c = c,
      .grid = grid,
      .blocks = blocks,
      .tile_rows = tile_shape<float>(simd_level()).rows,
      .x = x,
      .dy = dy,
      .zeros = zeros,
      .v = take(kPlanes * v_plane),
      .v_plane = v_plane,
      .m = Planes::of(take(Planes::size(sizes.tiles, sizes.columns)), sizes.tiles, sizes.columns),
      .du = Planes::of(take(Planes::size(sizes.columns, c.channels)), sizes.columns, c.channels)};
  const int64_t pieces = ceil_div(sizes.columns, job.tile_rows);
  auto* const tiles = ctx.workspace.take_array<Tile<float>>(num_threads() * pieces);
  const bool one_block = sizes.tiles == grid.count;
  for (int64_t column = 0; column < c.columns; column += sizes.columns) {
    const int64_t columns = std::min(sizes.columns, c.columns - column);
    for (int64_t first = 0; first < grid.count; first += sizes.tiles) {
      const int64_t count = std::min(sizes.tiles, grid.count - first);
      parallel_ranges(count, kTilesTogether, [&](int64_t begin, int64_t end) {
        if (!one_block || column == 0) job.transform_x(first, begin, end, count);
        job.transform_dy(first, begin, end, column, columns);
      });
      parallel_for(kPlanes, [&](int64_t q, int worker) {
        job.multiply(q, count, columns, first > 0, tiles + worker * pieces);
      });
    }
    parallel_for(columns, [&](int64_t row, int) {
      job.finish(row, dw + (column + row) * kTaps * c.channels);
    });
  }
}

}  // namespace graft::cpu::winograd
