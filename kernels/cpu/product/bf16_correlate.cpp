#include "graft/kernels/cpu/product/bf16_correlate.h"

#include <algorithm>
#include <vector>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/product/band.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/partition.h"
#include "graft/kernels/cpu/product/tiles.h"

namespace graft::cpu {
namespace {

// Tiles of rows a piece of work has, and pieces below which the columns are divided as well.
constexpr int64_t kTilesOfPiece = 8;
constexpr int64_t kPieces = 16;

int64_t pairs_of(int64_t channels) { return ceil_div(channels, 2); }

// Everything that is the same for all pieces of one call.
struct Job {
  const Correlation& c;
  const Partition partition;
  const BandLayout layout;
  const ColumnBlocks blocks;
  const int64_t depth;  // pairs of the reduction
  const float* x;
  const Bf16Pair* packed;
  const Epilogue<float>& epilogue;
  float* y;
  int tile_rows;

  int64_t max_tiles() const {
    return partition.together() * partition.height() * ceil_div(partition.width(), tile_rows);
  }

  // Outputs of `piece`, group `group`, column blocks first_block..end_block-1.
  void run(int64_t piece, int64_t group, int64_t first_block, int64_t end_block, Bf16Tile* tiles,
           Bf16Pair* band) const {
    const int64_t column = blocks.begin(first_block);
    const int64_t channel = group * c.columns + column;
    const ImageStrides step = window_strides(c, layout);
    Bf16Tile* end = tiles;
    partition.for_each(piece, [&](const Rectangle& r) {
      fill_band(c, layout, r, group, x, band);
      const int64_t at = r.image * c.out.image + r.row * c.out.row + r.col * c.out.pixel + channel;
      for (int64_t row = 0; row < r.height; ++row) {
        const int64_t y_at = at + row * c.out.row;
        const Bf16Tile first{band + row * step.row, y + y_at,
                             epilogue.residual ? epilogue.residual + y_at : nullptr, 0};
        add_tiles(end, first, r.width, step.pixel, c.out.pixel, tile_rows);
      }
      band += layout.size();
    });
    const Bf16Panel panel{
        .tiles = tiles,
        .tile_count = end - tiles,
        .a_stride = step.pixel,
        .c_stride = c.out.pixel,
        .offsets = layout.offsets.data(),
        .runs = static_cast<int64_t>(layout.offsets.size()),
        .run = layout.run,
        .packed = packed + group * blocks.size(depth) + column * depth,
        .packed_depth = depth,
        .columns = std::min(c.columns, blocks.begin(end_block)) - column,
        .bias = epilogue.bias ? epilogue.bias + channel : nullptr,
        .activation = epilogue.activation,
    };
    with_bf16_simd(
        [&]<SimdLevel kLevel, bool kNative>() { multiply_bf16_panel<kLevel, kNative>(panel); });
  }
};

// The bands of pairs that `c` reads.
BandLayout pair_layout(Correlation c, const Partition& partition) {
  c.channels = pairs_of(c.channels);
  constexpr bool kSideBySide = true, kCopied = true;
  return band_layout(c, partition.height(), partition.width(), sizeof(Bf16Pair), kSideBySide,
                     kCopied);
}

}  // namespace

int64_t bf16_packed_size(int64_t taps, int64_t channels, int64_t columns) {
  return ColumnBlocks::of<float>(columns).size(taps * pairs_of(channels));
}

void bf16_pack(const float* from, int64_t taps, int64_t channels, int64_t columns, Bf16Pair* to) {
  const ColumnBlocks blocks = ColumnBlocks::of<float>(columns);
  const int64_t pairs = pairs_of(channels), depth = taps * pairs;
  parallel_for(blocks.count(), [&](int64_t block, int) {
    const int64_t begin = blocks.begin(block);
    const int width = blocks.width_of(block);
    Bf16Pair* const part = to + begin * depth;
    std::fill_n(part, depth * width, Bf16Pair{});
    std::vector<Bf16Pair> column(static_cast<size_t>(pairs));
    for (int j = 0; j < blocks.columns_of(block); ++j)
      for (int64_t tap = 0; tap < taps; ++tap) {
        const float* const row = from + ((begin + j) * taps + tap) * channels;
        with_bf16_simd([&]<SimdLevel kLevel, bool kNative>() {
          round_to_pairs<kLevel, kNative>(row, channels, column.data());
        });
        for (int64_t p = 0; p < pairs; ++p)
          part[(tap * pairs + p) * width + j] = column[static_cast<size_t>(p)];
      }
  });
}

void bf16_correlate(const KernelCtx& ctx, const Correlation& correlation, const float* x,
                    const Bf16Pair* packed, const Epilogue<float>& epilogue, float* y) {
  const Correlation c = collapsed(correlation);
  if (c.outputs() == 0 || c.columns == 0) return;
  const int tile_rows = tile_shape<float>(simd_level()).rows;
  const Partition partition(c, kTilesOfPiece * tile_rows);
  const auto taps = static_cast<int64_t>(c.rows.size() * c.cols.size());
  const Job job{c,
                partition,
                pair_layout(c, partition),
                ColumnBlocks::of<float>(c.columns),
                taps * pairs_of(c.channels),
                x,
                packed,
                epilogue,
                y,
                tile_rows};
  const int64_t blocks = job.blocks.count();
  const int64_t pieces = partition.count() * c.groups;
  const int64_t parts = std::min(blocks, ceil_div(kPieces, pieces));
  const int64_t band_size = partition.together() * job.layout.size();
  auto* const tiles = ctx.workspace.take_array<Bf16Tile>(num_threads() * job.max_tiles());
  auto* const bands = ctx.workspace.take_array<Bf16Pair>(num_threads() * band_size);
  parallel_for(pieces * parts, [&](int64_t item, int worker) {
    const int64_t part = item % parts, piece = item / parts;
    job.run(piece / c.groups, piece % c.groups, blocks * part / parts, blocks * (part + 1) / parts,
            tiles + worker * job.max_tiles(), bands + worker * band_size);
  });
}

}  // namespace graft::cpu
