#include <algorithm>
#include <type_traits>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/cpu/product/band.h"
#include "graft/kernels/cpu/product/bf16_correlate.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/partition.h"
#include "graft/kernels/cpu/product/tiles.h"

namespace graft::cpu {
namespace {

// Pieces of work below which the columns are divided as well.
constexpr int64_t kPieces = 16;
// Tiles of rows a piece has; fewer if only then the columns need not be divided, since each part of
// them copies a band of its own.
constexpr int64_t kTilesOfPiece = 8;
constexpr int64_t kFewTilesOfPiece = 4;
// A piece begins with rows that nothing has fetched. Beside a short reduction that counts: pieces
// are larger, as far as they stay in a level-1 cache. On Zen 5 it is 4 % of a convolution 1x1 of
// stride 2 from 64 channels.
constexpr int64_t kShortReduction = 64;
constexpr int64_t kTilesOfShortPiece = 12;

Partition partition_of(const Correlation& c, int tile_rows) {
  const auto suffices = [&](const Partition& p) { return p.count() * c.groups >= kPieces; };
  const Partition usual(c, kTilesOfPiece * tile_rows);
  const bool many = suffices(usual);
  if (many && c.depth() > kShortReduction) return usual;
  const Partition other(c, (many ? kTilesOfShortPiece : kFewTilesOfPiece) * tile_rows);
  return suffices(other) ? other : usual;
}

void multiply(const Panel<float, Bf16Pair>& panel) {
  with_bf16_simd(
      [&]<SimdLevel kLevel, bool kNative>() { multiply_bf16_panel<kLevel, kNative>(panel); });
}
template <class T>
void multiply(const Panel<T>& panel) {
  with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
}

// Everything that is the same for all pieces of one call.
template <class T, class Factor>
struct Job {
  const Correlation& c;
  const Partition partition;
  const BandLayout layout;
  const ColumnBlocks blocks;
  const int64_t depth;  // factors of the reduction
  const T* x;
  const Factor* packed;
  const Epilogue<T>& epilogue;
  T* y;
  int tile_rows;

  int64_t max_tiles() const {
    return partition.together() * partition.height() * ceil_div(partition.width(), tile_rows);
  }

  // Outputs of `piece`, group `group`, column blocks first_block..end_block-1; what piece `next`
  // reads is fetched meanwhile, if there is one.
  void run(int64_t piece, int64_t group, int64_t first_block, int64_t end_block, int64_t next,
           Tile<T, Factor>* tiles, Factor* band) const {
    const int64_t column = blocks.begin(first_block);
    const int64_t channel = group * c.columns + column;
    const ImageStrides step = window_strides(c, layout);
    const bool fetches = std::is_same_v<T, Factor> && next != piece && next < partition.count();
    const int64_t ahead = fetches ? source_of(c, partition.first(next), group) -
                                        source_of(c, partition.first(piece), group)
                                  : 0;
    Tile<T, Factor>* end = tiles;
    partition.for_each(piece, [&](const Rectangle& r) {
      const Factor* const origin = window_origin(c, layout, r, group, x, band);
      band += layout.size();
      const int64_t at = r.image * c.out.image + r.row * c.out.row + r.col * c.out.pixel + channel;
      for (int64_t row = 0; row < r.height; ++row) {
        const int64_t y_at = at + row * c.out.row;
        Tile<T, Factor> first{origin + row * step.row, y + y_at,
                              epilogue.residual ? epilogue.residual + y_at : nullptr, 0};
        if constexpr (std::is_same_v<T, Factor>)
          if (fetches)
            first.next = x + source_of(c, r, group) + ahead + row * c.stride_h * c.in.row;
        add_image_row(tiles, end, first, r.width,
                      {step.pixel, c.out.pixel, c.stride_w * c.in.pixel}, tile_rows);
      }
    });
    Panel<T, Factor> panel;
    panel.tiles = tiles;
    panel.tile_count = end - tiles;
    panel.a_stride = step.pixel;
    panel.c_stride = c.out.pixel;
    panel.offsets = layout.offsets.data();
    panel.runs = static_cast<int64_t>(layout.offsets.size());
    panel.run = layout.run;
    panel.b = packed + group * blocks.size(depth) + column * depth;
    panel.b_depth = depth;
    panel.columns = std::min(c.columns, blocks.begin(end_block)) - column;
    panel.bias = epilogue.bias ? epilogue.bias + channel : nullptr;
    panel.activation = epilogue.activation;
    panel.continued = epilogue.continued;
    panel.next_stride = c.stride_w * c.in.pixel;
    panel.next_offsets = layout.source_offsets.data();
    multiply(panel);
    if (epilogue.moments) {
      PixelRun<T> whole{tiles->c, 0};  // part of a row, or whole rows or images, one after another
      for (const auto* tile = tiles; tile < end; ++tile) whole.pixels += tile->rows;
      epilogue.moments->take(piece, channel, panel.columns, whole);
    }
  }
};

template <class T, class Factor>
void correlate_factors(const KernelCtx& ctx, const Correlation& correlation, const T* x,
                       const Factor* packed, const Epilogue<T>& epilogue, T* y) {
  const Correlation c = collapsed(correlation);
  if (c.outputs() == 0 || c.columns == 0) return;
  Correlation of_factors = c;
  of_factors.channels = ceil_div(c.channels, kHeld<Factor>);
  const int tile_rows =
      kHeld<Factor> > 1 ? bf16_tile_rows(multiplies_bf16()) : tile_shape<T>(simd_level()).rows;
  const Partition partition = partition_of(c, tile_rows);
  const Job<T, Factor> job{c,
                           partition,
                           band_layout(of_factors, partition.height(), partition.width(),
                                       sizeof(Factor), true, kHeld<Factor> > 1),
                           ColumnBlocks::of<T>(c.columns),
                           of_factors.depth(),
                           x,
                           packed,
                           epilogue,
                           y,
                           tile_rows};
  const int64_t blocks = job.blocks.count();
  const int64_t pieces = partition.count() * c.groups;
  const int64_t parts = std::min(blocks, ceil_div(kPieces, pieces));
  const int64_t band_size = partition.together() * job.layout.size();
  const int64_t workers = num_threads();
  auto* const tiles = ctx.workspace.take_array<Tile<T, Factor>>(workers * job.max_tiles());
  auto* const bands = ctx.workspace.take_array<Factor>(workers * band_size);
  if (epilogue.moments) epilogue.moments->begin(ctx, partition.count());
  parallel_for(pieces * parts, [&](int64_t item, int worker) {
    const int64_t part = item % parts, piece = item / parts;
    const int64_t next = (item + 1) / parts;  // most likely this thread's
    job.run(piece / c.groups, piece % c.groups, blocks * part / parts, blocks * (part + 1) / parts,
            next / c.groups, tiles + worker * job.max_tiles(), bands + worker * band_size);
  });
}

}  // namespace

template <class T>
void correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* packed,
               const Epilogue<T>& epilogue, T* y) {
  correlate_factors(ctx, c, x, packed, epilogue, y);
}

template void correlate(const KernelCtx&, const Correlation&, const float*, const float*,
                        const Epilogue<float>&, float*);
template void correlate(const KernelCtx&, const Correlation&, const double*, const double*,
                        const Epilogue<double>&, double*);

void bf16_correlate(const KernelCtx& ctx, const Correlation& c, const float* x,
                    const Bf16Pair* packed, const Epilogue<float>& epilogue, float* y) {
  correlate_factors(ctx, c, x, packed, epilogue, y);
}

}  // namespace graft::cpu
