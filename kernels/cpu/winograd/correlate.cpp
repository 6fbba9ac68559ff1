// Of the tiles' planes V and the filter's U, the smaller one is made once and kept whole, in the
// level-3 cache; the other, and the sums M, are made piece by piece in a core's level-2 cache.
#include "graft/kernels/cpu/winograd/correlate.h"

#include <algorithm>
#include <array>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/cache_size.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/cpu/winograd/planes.h"
#include "graft/kernels/cpu/winograd/tiles.h"

namespace graft::cpu::winograd {
namespace {

constexpr int64_t kChannels = 128;  // of a piece of U
constexpr int64_t kMaxTileRows = tile_shape<float>(SimdLevel::Avx512).rows;

struct Job {
  const Correlation& c;
  const TileGrid grid;
  const ColumnBlocks blocks;
  const int tile_rows;
  const float* x;
  const float* zeros;
  const Filter& filter;
  const Epilogue<float>& epilogue;
  float* y;

  // V of tiles first..first+count-1.
  void transform_inputs(int64_t first, int64_t count, const Planes& v) const {
    for_each_input(c, grid, first, first + count, x, zeros,
                   [&](int64_t t, const float* const* pixels, const float* const* next) {
                     with_simd([&]<SimdLevel kLevel>() {
                       transform_input<kLevel>(pixels, next, 0, c.channels, v.at(0, t - first),
                                               v.plane);
                     });
                   });
  }

  // M (+)= V U of some columns, and of `depth` channels from the first in V; U: [36] planes,
  // packed.
  void multiply(const Planes& v, int64_t channel, int64_t depth, const float* u, int64_t u_plane,
                int64_t columns, int64_t count, const Planes& m, Tile<float>* tiles) const {
    const int64_t pieces = ceil_div(count, tile_rows);
    Panel<float> panel{.tiles = tiles,
                       .tile_count = pieces,
                       .a_stride = v.row,
                       .c_stride = m.row,
                       .run = depth,
                       .b_depth = depth,
                       .columns = columns,
                       .continued = channel > 0};
    for (int64_t q = 0; q < kPlanes; ++q) {
      for (int64_t i = 0; i < pieces; ++i) {
        const int64_t begin = count * i / pieces, end = count * (i + 1) / pieces;
        tiles[i] = {v.at(q, begin) + channel, m.at(q, begin), nullptr,
                    static_cast<int>(end - begin)};
      }
      panel.b = u + q * u_plane;
      with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, float>(panel); });
    }
  }

  // The results of tiles first..first+count-1, columns column..column+columns-1. A piece of the
  // moments is tile_rows tiles, of which `first` is a multiple.
  void transform_outputs(const Planes& m, int64_t first, int64_t count, int64_t column,
                         int64_t columns) const {
    for (int64_t t = 0; t < count; ++t) {
      const TilePlace at = grid.place(first + t);
      const int64_t offset =
          at.image * c.out.image + at.row * c.out.row + at.col * c.out.pixel + column;
      const OutputTile tile{
          y + offset,
          c.out.row,
          c.out.pixel,
          static_cast<int>(std::min<int64_t>(kOut, c.out_h - at.row)),
          static_cast<int>(std::min<int64_t>(kOut, c.out_w - at.col)),
          {epilogue.bias ? epilogue.bias + column : nullptr,
           epilogue.residual ? epilogue.residual + offset : nullptr, epilogue.activation}};
      with_simd([&]<SimdLevel kLevel>() {
        transform_output<kLevel>(m.at(0, t), m.plane, columns, tile);
      });
      const int64_t done = t % tile_rows + 1;
      if (epilogue.moments && (done == tile_rows || t + 1 == count))
        take_moments(first + t + 1 - done, done, column, columns);
    }
  }

  void take_moments(int64_t first, int64_t count, int64_t column, int64_t columns) const {
    std::array<PixelRun<float>, kOut * kMaxTileRows> runs;
    size_t used = 0;
    for (int64_t t = first, beside = 0; t < first + count; t += beside) {
      const TilePlace at = grid.place(t);
      beside = std::min(first + count - t, grid.across - at.col / kOut);
      const float* const from = y + at.image * c.out.image + at.col * c.out.pixel + column;
      for (int64_t row = at.row; row < std::min(at.row + kOut, c.out_h); ++row)
        runs[used++] = {from + row * c.out.row, std::min(beside * kOut, c.out_w - at.col)};
    }
    epilogue.moments->take(first / tile_rows, column, columns, std::span(runs.data(), used));
  }
};

// U whole; a piece of work is a block of tiles.
void by_tiles(const KernelCtx& ctx, const Job& job) {
  const Correlation& c = job.c;
  const int64_t per_tile = kPlanes * (c.channels + c.columns) * static_cast<int64_t>(sizeof(float));
  const int64_t fitting = cache_sizes().level2 / per_tile / job.tile_rows;
  const int64_t block = job.tile_rows * std::clamp<int64_t>(fitting, 2, 8);
  const int64_t u_plane = job.blocks.size(c.channels) + kVector;
  const int64_t v_size = Planes::size(block, c.channels), m_size = Planes::size(block, c.columns);
  float* const u = ctx.workspace.take_array<float>(kPlanes * u_plane);
  const int64_t scratch_size = std::max(v_size + m_size, kTaps * c.channels * job.blocks.width);
  const int64_t workers = num_threads();
  float* const scratch = ctx.workspace.take_array<float>(workers * scratch_size);
  Tile<float>* const tiles = ctx.workspace.take_array<Tile<float>>(workers * block);
  parallel_for(job.blocks.count(), [&](int64_t b, int worker) {
    transform_filter_block(job.filter, job.blocks, b, c.channels, 0, c.channels,
                           scratch + worker * scratch_size, u + job.blocks.begin(b) * c.channels,
                           u_plane);
  });
  parallel_for(ceil_div(job.grid.count, block), [&](int64_t item, int worker) {
    const int64_t first = item * block, count = std::min(block, job.grid.count - first);
    float* const own = scratch + worker * scratch_size;
    const Planes v = Planes::of(own, block, c.channels);
    const Planes m = Planes::of(own + v_size, block, c.columns);
    job.transform_inputs(first, count, v);
    job.multiply(v, 0, c.channels, u, u_plane, c.columns, count, m, tiles + worker * block);
    job.transform_outputs(m, first, count, 0, c.columns);
  });
}

// V whole, of as many tiles as fit; a piece of work is a block of columns.
void by_columns(const KernelCtx& ctx, const Job& job) {
  const Correlation& c = job.c;
  const int64_t per_tile = kPlanes * c.channels * static_cast<int64_t>(sizeof(float));
  const int64_t fitting = cache_sizes().level3 / 2 / per_tile / job.tile_rows;
  const int64_t block = std::min(job.tile_rows * std::max<int64_t>(fitting, 1), job.grid.count);
  const int64_t width = job.blocks.width;
  const int64_t m_size = Planes::size(block, width);
  const int64_t u_plane = kChannels * width + kVector;
  const int64_t scratch_size = m_size + kPlanes * u_plane + kTaps * kChannels * width;
  const Planes v = Planes::of(ctx.workspace.take_array<float>(Planes::size(block, c.channels)),
                              block, c.channels);
  const int64_t workers = num_threads();
  float* const scratch = ctx.workspace.take_array<float>(workers * scratch_size);
  Tile<float>* const tiles = ctx.workspace.take_array<Tile<float>>(workers * block);
  for (int64_t first = 0; first < job.grid.count; first += block) {
    const int64_t count = std::min(block, job.grid.count - first);
    parallel_ranges(count, kTilesTogether, [&](int64_t begin, int64_t end) {
      job.transform_inputs(first + begin, end - begin, {v.at(0, begin), v.row, v.plane});
    });
    parallel_for(job.blocks.count(), [&](int64_t b, int worker) {
      const Planes m = Planes::of(scratch + worker * scratch_size, block, width);
      float* const u = m.data + m_size;
      float* const taps = u + kPlanes * u_plane;
      const int64_t columns = job.blocks.columns_of(b);
      for (int64_t channel = 0; channel < c.channels; channel += kChannels) {
        const int64_t depth = std::min(kChannels, c.channels - channel);
        transform_filter_block(job.filter, job.blocks, b, c.channels, channel, depth, taps, u,
                               u_plane);
        job.multiply(v, channel, depth, u, u_plane, columns, count, m, tiles + worker * block);
      }
      job.transform_outputs(m, first, count, job.blocks.begin(b), columns);
    });
  }
}

}  // namespace

void correlate(const KernelCtx& ctx, const Correlation& c, const float* x, const Filter& filter,
               const Epilogue<float>& epilogue, float* y) {
  float* const zeros = ctx.workspace.take_array<float>(c.channels);
  std::fill_n(zeros, c.channels, 0.0f);
  const Job job{.c = c,
                .grid = TileGrid(c),
                .blocks = ColumnBlocks::of<float>(c.columns),
                .tile_rows = tile_shape<float>(simd_level()).rows,
                .x = x,
                .zeros = zeros,
                .filter = filter,
                .epilogue = epilogue,
                .y = y};
  if (epilogue.moments)
    epilogue.moments->begin(ctx, ceil_div(job.grid.count, int64_t{job.tile_rows}));
  const int64_t u_bytes = kPlanes * c.channels * c.columns * static_cast<int64_t>(sizeof(float));
  if (job.grid.count < c.columns || u_bytes > cache_sizes().level3)
    by_columns(ctx, job);
  else
    by_tiles(ctx, job);
}

}  // namespace graft::cpu::winograd
