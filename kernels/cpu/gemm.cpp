#include <algorithm>
#include <type_traits>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/blas.h"
#include "graft/kernels/cpu/cache_size.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/product/thin.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

// One product: A [rows, depth] with any strides, C [rows, columns] dense.
template <class T>
struct Product {
  const T* a;
  int64_t row_stride, depth_stride;
  int64_t rows, depth, columns;
  T* c;
};

// Pieces of nearly equal size, at most `most`, that make up `whole`.
int64_t even_piece(int64_t whole, int64_t most) { return ceil_div(whole, ceil_div(whole, most)); }

// Blocks of B that stay in half of the last cache while all rows of A pass: 4096^3 takes 2 % less
// on Zen 5. Where all columns would leave them shallow, they are as deep as what a panel takes at
// once and hold fewer columns, since C is visited for each.
struct BlocksOfB {
  int64_t depth, columns;

  template <class T>
  static BlocksOfB of(const Product<T>& p) {
    const int64_t most = std::max<int64_t>(1, cache_sizes().level3 / 2 / int64_t{sizeof(T)});
    const int64_t depth = std::max<int64_t>(p.depth, 1);
    const int64_t width = tile_shape<T>(simd_level()).columns;
    const int64_t least = even_piece(depth, kPanelStretch);
    const int64_t columns = even_piece(p.columns, std::max(width, most / least));
    const int64_t whole = ceil_div(columns, width) * width;
    return {columns == p.columns ? even_piece(depth, std::max(least, most / whole)) : least, whole};
  }
};

// A's rows lie along the reduction: a correlation with a window of one pixel, where the pixels are
// the rows.
template <class T>
void multiply_rows(const KernelCtx& ctx, const Product<T>& p, const Strided<T>& b) {
  const BlocksOfB block = BlocksOfB::of(p);
  Correlation c;
  c.in_w = c.out_w = p.rows;
  c.in = {0, 0, p.row_stride};
  c.out = {0, 0, p.columns};
  T* const packed = ctx.workspace.take_array<T>(block.depth * block.columns);
  for (int64_t column = 0; column < p.columns; column += block.columns)
    for (int64_t k = 0; k == 0 || k < p.depth; k += block.depth) {
      c.channels = std::min(block.depth, p.depth - k);
      c.columns = std::min(block.columns, p.columns - column);
      const Strided<T> part{b.data + k * b.depth_stride + column * b.column_stride, b.depth_stride,
                            b.column_stride};
      pack_columns(part, c.channels, ColumnBlocks::of<T>(c.columns), packed);
      Epilogue<T> epilogue;
      epilogue.continued = k > 0;
      Workspace scratch = ctx.workspace.nested();  // given back after each block
      correlate({ctx.stream, scratch}, c, p.a + k, packed, epilogue, p.c + column);
    }
}

constexpr int64_t kTiles = 8;  // below one another in a part

// Rows and columns of C that one thread computes at a time.
struct Part {
  int64_t row, end_row, column, end_column;
};

// work(part, worker) for each part of C, side by side.
template <class T, class Work>
void for_each_part(const Product<T>& p, const Work& work) {
  constexpr int64_t kFewest = 16;
  const int64_t height = kTiles * tile_shape<T>(simd_level()).rows;
  const ColumnBlocks blocks = ColumnBlocks::of<T>(p.columns);
  const int64_t down = ceil_div(p.rows, height);
  const int64_t across = std::min(blocks.count(), ceil_div(kFewest, down));
  const auto column = [&](int64_t i) { return blocks.begin(blocks.count() * i / across); };
  parallel_for(down * across, [&](int64_t item, int worker) {
    const int64_t row = item / across * height, i = item % across;
    work(Part{row, std::min(p.rows, row + height), column(i), std::min(p.columns, column(i + 1))},
         worker);
  });
}

// Any other A is packed, a stretch of the reduction at a time: the eight tiles of a part then take
// 224 KB of a level-2 cache.
template <class T>
void multiply_packed(const KernelCtx& ctx, const Product<T>& p, const Strided<T>& b) {
  constexpr int64_t kStretch = 512;
  const int tile_rows = tile_shape<T>(simd_level()).rows;
  const int64_t scratch = kTiles * tile_rows * kStretch;
  T* const packs = ctx.workspace.take_array<T>(num_threads() * scratch);
  const ColumnBlocks blocks = ColumnBlocks::of<T>(p.columns);
  T* const packed = ctx.workspace.take_array<T>(blocks.size(p.depth));
  pack_columns(b, p.depth, blocks, packed);
  for_each_part(p, [&](const Part& part, int worker) {
    Tile<T> tiles[kTiles];
    Panel<T> panel;
    panel.tiles = tiles;
    panel.c_stride = p.columns;
    panel.b = packed + part.column * p.depth;
    panel.b_depth = p.depth;
    panel.columns = part.end_column - part.column;
    panel.layout = LayoutA::Transposed;
    panel.a_stride = tile_rows;
    for (int64_t k = 0; k < std::max<int64_t>(p.depth, 1); k += kStretch) {
      panel.run = std::min(kStretch, p.depth - k);
      panel.b_begin = k;
      panel.continued = k > 0;
      T* pack = packs + worker * scratch;
      panel.tile_count = 0;
      for (int64_t r = part.row; r < part.end_row; r += tile_rows) {
        const int height = static_cast<int>(std::min<int64_t>(tile_rows, p.rows - r));
        const Strided<T> from{p.a + r * p.row_stride + k * p.depth_stride, p.depth_stride,
                              p.row_stride};
        pack_block(from, panel.run, height, tile_rows, pack);
        tiles[panel.tile_count++] = {pack, p.c + r * p.columns + part.column, nullptr, height};
        pack += tile_rows * panel.run;
      }
      with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
    }
  });
}

// Rows of A and columns of B that lie side by side, as in a dense layer's gradient towards its
// weight, can be read where they lie, if the columns fill vectors. Packing costs the more the
// shorter the reduction; over a long one each entry would be in another page.
template <class T>
bool lies_side_by_side(const Product<T>& p, const Strided<T>& b) {
  constexpr int64_t kMaxDepth = 256, kAlias = 4096 / sizeof(T);
  const int64_t vector = tile_shape<T>(simd_level()).columns / 2;
  return p.row_stride == 1 && b.column_stride == 1 && p.columns % vector == 0 && p.depth > 1 &&
         p.depth <= kMaxDepth && p.depth_stride % kAlias != 0 && b.depth_stride % kAlias != 0;
}

template <class T>
void multiply_side_by_side(const Product<T>& p, const Strided<T>& b) {
  const int tile_rows = tile_shape<T>(simd_level()).rows;
  for_each_part(p, [&](const Part& part, int) {
    Tile<T> tiles[kTiles];
    Panel<T> panel;
    panel.tiles = tiles;
    for (int64_t r = part.row; r < part.end_row; r += tile_rows)
      tiles[panel.tile_count++] = {p.a + r, p.c + r * p.columns + part.column, nullptr,
                                   static_cast<int>(std::min<int64_t>(tile_rows, p.rows - r))};
    panel.layout = LayoutA::Transposed;
    panel.a_stride = p.depth_stride;
    panel.c_stride = p.columns;
    panel.run = p.depth;
    panel.b = b.data + part.column;
    panel.b_stride = b.depth_stride;
    panel.columns = part.end_column - part.column;
    with_simd([&]<SimdLevel kLevel>() { multiply_panel<kLevel, T>(panel); });
  });
}

// Whether it was done without packing.
template <class T>
bool multiply_where_it_lies(const Product<T>& p, const Strided<T>& b) {
  if constexpr (std::is_same_v<T, float>) {
    const ThinProduct thin{p.a,
                           p.row_stride,
                           p.depth_stride,
                           b.data,
                           b.depth_stride,
                           b.column_stride,
                           p.rows,
                           p.depth,
                           p.columns,
                           {},
                           p.c};
    if (is_thin(thin)) {
      multiply_thin(thin);
      return true;
    }
  }
  if (!lies_side_by_side(p, b)) return false;
  multiply_side_by_side(p, b);
  return true;
}

template <class T>
void multiply(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
              bool transpose_b, const View& c) {
  const int last = c.rank() - 1;
  const int64_t batch = last == 2 ? c.dim(0) : 1;
  Product<T> p{};
  p.rows = c.dim(last - 1);
  p.columns = c.dim(last);
  p.depth = a.dim(transpose_a ? last - 1 : last);
  p.row_stride = a.strides[transpose_a ? last : last - 1];
  p.depth_stride = a.strides[transpose_a ? last - 1 : last];
  if (batch == 0 || p.rows == 0 || p.columns == 0) return;
  for (int64_t i = 0; i < batch; ++i) {
    const int64_t a_at = last == 2 ? i * a.strides[0] : 0, b_at = last == 2 ? i * b.strides[0] : 0;
    const Strided<T> columns{b.as<T>() + b_at, b.strides[transpose_b ? last : last - 1],
                             b.strides[transpose_b ? last - 1 : last]};
    p.a = a.as<T>() + a_at;
    p.c = c.as<T>() + i * p.rows * p.columns;
    if (multiply_where_it_lies(p, columns)) continue;
    Workspace scratch = ctx.workspace.nested();  // given back after each product
    const KernelCtx inner{ctx.stream, scratch};
    if (p.depth_stride == 1 || p.depth <= 1)
      multiply_rows(inner, p, columns);
    else
      multiply_packed(inner, p, columns);
  }
}

}  // namespace

void gemm(const KernelCtx& ctx, ConstView a, bool transpose_a, ConstView b, bool transpose_b,
          View c) {
  with_float("gemm", c.dtype, [&](auto zero) {
    using T = decltype(zero);
    if (uses_openblas())
      openblas_gemm<T>(ctx, a, transpose_a, b, transpose_b, c);
    else
      multiply<T>(ctx, a, transpose_a, b, transpose_b, c);
  });
}

}  // namespace graft::cpu
