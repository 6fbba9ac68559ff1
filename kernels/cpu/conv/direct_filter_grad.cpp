#include "graft/kernels/cpu/conv/direct_filter_grad.h"

#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/conv/outer_sums.h"
#include "graft/kernels/cpu/elementwise_runs.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/partition.h"

namespace graft::cpu {
namespace {

constexpr int64_t kPixels = 224;  // of a piece: its part of x and dy stays in the L1 cache
constexpr int64_t kParts = 16;    // of the pixels, each with sums of its own

struct Job {
  const Correlation& c;
  const Partition partition;
  const BandLayout layout;
  const ColumnBlocks blocks;
  const float* x;
  const float* dy;
  const float* dy_end;
  int tile_rows;

  int64_t band_size() const { return partition.together() * layout.size(); }
  int64_t pixels() const { return partition.together() * partition.height() * partition.width(); }
  int64_t scratch_size() const { return band_size() + pixels() * blocks.width; }

  // sums [blocks][depth][block width] of the pieces' pixels, in group `group`.
  void run(int64_t group, int64_t first_piece, int64_t end_piece, float* sums,
           float* scratch) const {
    std::fill_n(sums, blocks.size(c.depth()), 0.0f);
    for (int64_t piece = first_piece; piece < end_piece; ++piece) {
      std::vector<OutputGrid> grids;
      float* band = scratch;
      partition.for_each(piece, [&](const Rectangle& r) {
        const ImageStrides step = window_strides(c, layout);
        const int64_t at = r.image * c.out.image + r.row * c.out.row + r.col * c.out.pixel;
        grids.push_back({window_origin(c, layout, r, group, x, band), step.row, step.pixel,
                         dy + at + group * c.columns, c.out.row, c.out.pixel, r.height, r.width});
        band += layout.size();
      });
      for (int64_t block = 0; block < blocks.count(); ++block)
        add_block(grids, block, sums + blocks.begin(block) * c.depth(), scratch + band_size());
    }
  }

 private:
  void add_block(const std::vector<OutputGrid>& grids, int64_t block, float* sums,
                 float* packed) const {
    const int width = blocks.width_of(block), columns = blocks.columns_of(block);
    for (OutputGrid grid : grids) {
      grid.dy += blocks.begin(block);
      // Vectors may reach into the next pixel, where there is one: such sums are not read.
      const float* const last =
          grid.dy + (grid.rows - 1) * grid.dy_row + (grid.pixels - 1) * grid.dy_pixel;
      if (last + width > dy_end) {
        float* to = packed;
        for (int64_t row = 0; row < grid.rows; ++row, to += grid.pixels * width)
          pack_block({grid.dy + row * grid.dy_row, grid.dy_pixel, 1}, grid.pixels, columns, width,
                     to);
        grid.dy = packed, grid.dy_row = grid.pixels * width, grid.dy_pixel = width;
      }
      add_grid(grid, width, sums);
    }
  }

  void add_grid(const OutputGrid& grid, int width, float* sums) const {
    const int64_t tiles = ceil_div(layout.run, tile_rows);
    with_simd([&]<SimdLevel kLevel>() {
      for (const int64_t offset : layout.offsets) {
        for (int64_t t = 0; t < tiles; ++t) {
          const int64_t begin = layout.run * t / tiles, end = layout.run * (t + 1) / tiles;
          OutputGrid tile = grid;
          tile.x += offset + begin;
          add_outer_sums<kLevel>(tile, static_cast<int>(end - begin), width < blocks.width,
                                 sums + begin * width);
        }
        sums += layout.run * width;
      }
    });
  }
};

}  // namespace

bool direct_filter_grad_applies(const Correlation& c) {
  return c.channels < 16 && c.channels * static_cast<int64_t>(c.cols.size()) > 1;
}

void direct_filter_grad(const KernelCtx& ctx, const Correlation& c, const float* x, const float* dy,
                        float* dw) {
  const Partition partition(c, kPixels);
  const Job job{c,
                partition,
                band_layout(c, partition.height(), partition.width(), sizeof(float), false),
                ColumnBlocks::of<float>(c.columns),
                x,
                dy,
                dy + c.images * c.out.image,
                tile_shape<float>(simd_level()).rows};
  const int64_t depth = c.depth(), size = job.blocks.size(depth);
  const int64_t parts = std::min(partition.count(), kParts);
  float* const sums = ctx.workspace.take_array<float>(c.groups * parts * size);
  float* const scratch = ctx.workspace.take_array<float>(num_threads() * job.scratch_size());
  parallel_for(c.groups * parts, [&](int64_t item, int worker) {
    const int64_t part = item % parts;
    job.run(item / parts, partition.count() * part / parts, partition.count() * (part + 1) / parts,
            sums + item * size, scratch + worker * job.scratch_size());
  });
  for (int64_t group = 0; group < c.groups; ++group) {
    float* const total = sums + group * parts * size;
    const auto add =
        with_simd([&]<SimdLevel kLevel>() { return binary_run<kLevel, float>(BinaryKind::Add); });
    for (int64_t part = 1; part < parts; ++part) add(total, 1, total + part * size, 1, total, size);
    for (int64_t column = 0; column < c.columns; ++column) {
      const int64_t block = column / job.blocks.width, width = job.blocks.width_of(block);
      const float* const from = total + job.blocks.begin(block) * depth;
      for (int64_t k = 0; k < depth; ++k)
        *dw++ = from[k * width + column - job.blocks.begin(block)];
    }
  }
}

}  // namespace graft::cpu
