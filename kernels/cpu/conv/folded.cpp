#include "graft/kernels/cpu/conv/folded.h"

#include <algorithm>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/conv/fold_row.h"
#include "graft/kernels/cpu/moments.h"
#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/tiles.h"

namespace graft::cpu {
namespace {

constexpr int64_t kPieceWork = 400'000;  // multiply-adds of a piece, at least

template <class T>
struct Job {
  const Correlation& c;
  const ColumnBlocks blocks;
  const T* x;
  const T* packed;
  const Epilogue<T>& epilogue;
  T* y;
  int tile_rows;

  int64_t depth() const { return static_cast<int64_t>(c.rows.size()) * c.channels; }
  int64_t tile_count() const { return ceil_div(c.in_w, tile_rows); }
  int64_t sums_pixel() const { return blocks.size(1); }
  // Pixels that windows see before and after a row of x: their sums are zeros.
  int64_t before() const { return std::max<int64_t>(0, -c.cols.front()); }
  int64_t after() const { return std::max<int64_t>(0, c.out_w + c.cols.back() - c.in_w); }
  int64_t sums_size() const { return (before() + c.in_w + after()) * sums_pixel() + blocks.width; }
  void clear_outside(T* sums) const {
    std::fill_n(sums, before() * sums_pixel(), T(0));
    std::fill_n(sums + (before() + c.in_w) * sums_pixel(), after() * sums_pixel(), T(0));
  }

  // Row `row` of an image, in group `group`; `offsets` has space for c.rows, `sums` are cleared
  // outside of the row.
  void run(int64_t image, int64_t row, int64_t group, Tile<T>* tiles, int64_t* offsets,
           T* sums) const {
    int64_t first = 0, count = 0;  // of the window's rows inside of the image
    for (const int64_t i : c.rows) {
      const int64_t iy = row * c.stride_h + i;
      if (iy < 0) ++first;
      if (iy >= 0 && iy < c.in_h) offsets[count++] = iy * c.in.row;
    }
    const T* const from = x + image * c.in.image + group * c.channels;
    Tile<T>* end = tiles;
    T* const inside = sums + before() * sums_pixel();
    add_tiles<T>(end, {from, inside, nullptr, 0}, c.in_w, {c.in.pixel, sums_pixel()}, tile_rows);
    Panel<T> panel;
    panel.tiles = tiles;
    panel.tile_count = end - tiles;
    panel.a_stride = c.in.pixel;
    panel.c_stride = sums_pixel();
    panel.offsets = offsets;
    panel.runs = count;
    panel.run = c.channels;
    panel.b = packed + group * blocks.size(depth());
    panel.b_depth = depth();
    panel.b_begin = first * c.channels;
    panel.columns = blocks.columns;

    const int64_t at = image * c.out.image + row * c.out.row + group * c.columns;
    Epilogue<T> here = epilogue;
    if (here.bias) here.bias += group * c.columns;
    if (here.residual) here.residual += at;
    const int64_t taps = static_cast<int64_t>(c.cols.size());
    const FoldRow<T> fold{
        inside + c.cols.front() * sums_pixel(), sums_pixel(), taps,       c.columns,
        taps > 1 ? c.cols[1] - c.cols[0] : 1,   c.out_w,      c.out.pixel};
    with_simd([&]<SimdLevel kLevel>() {
      multiply_panel<kLevel, T>(panel);
      fold_row<kLevel, T>(fold, here, y + at);
    });
  }
};

}  // namespace

template <class T>
bool folding_applies(const Correlation& c) {
  if (c.stride_w != 1 || c.cols.size() < 2 || !evenly_spaced(c.cols)) return false;
  const int64_t vector = tile_shape<T>(simd_level()).columns / 2;
  const int64_t taps = static_cast<int64_t>(c.cols.size());
  const int64_t depth = static_cast<int64_t>(c.rows.size()) * c.channels;
  // In vectors: multiply-adds of both ways, and the additions, which cost about 4 times as much.
  const int64_t plain = c.out_w * taps * ceil_div(c.columns, vector) * depth;
  const int64_t folded = c.in_w * ceil_div(taps * c.columns, vector) * depth;
  return folded + 4 * c.out_w * (taps + 2) * ceil_div(c.columns, vector) < plain;
}

template <class T>
void folded_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* packed,
                      const Epilogue<T>& epilogue, T* y) {
  const Job<T> job{
      c, folded_blocks<T>(c), x, packed, epilogue, y, tile_shape<T>(simd_level()).rows};
  const int64_t threads = num_threads(), rows = static_cast<int64_t>(c.rows.size());
  const int64_t row_work = std::max<int64_t>(1, c.in_w * c.depth() * c.columns * c.groups);
  const int64_t grain = std::max<int64_t>(1, kPieceWork / row_work);
  Tile<T>* const tiles = ctx.workspace.take_array<Tile<T>>(threads * job.tile_count());
  int64_t* const offsets = ctx.workspace.take_array<int64_t>(threads * rows);
  T* const sums = ctx.workspace.take_array<T>(threads * job.sums_size());
  for (int64_t t = 0; t < threads; ++t) job.clear_outside(sums + t * job.sums_size());
  const int64_t outputs = c.images * c.out_h;
  const int64_t pieces = ceil_div(outputs, grain);
  if (epilogue.moments) epilogue.moments->begin(ctx, pieces);
  parallel_for(pieces, [&](int64_t piece, int worker) {
    const int64_t begin = piece * grain, end = std::min(outputs, begin + grain);
    for (int64_t at = begin; at < end; ++at)
      for (int64_t group = 0; group < c.groups; ++group)
        job.run(at / c.out_h, at % c.out_h, group, tiles + worker * job.tile_count(),
                offsets + worker * rows, sums + worker * job.sums_size());
    if (epilogue.moments)
      epilogue.moments->take(piece, 0, c.groups * c.columns,
                             {y + begin * c.out.row, (end - begin) * c.out_w});
  });
}

template bool folding_applies<float>(const Correlation&);
template bool folding_applies<double>(const Correlation&);
template void folded_correlate(const KernelCtx&, const Correlation&, const float*, const float*,
                               const Epilogue<float>&, float*);
template void folded_correlate(const KernelCtx&, const Correlation&, const double*, const double*,
                               const Epilogue<double>&, double*);

}  // namespace graft::cpu
