#include "graft/kernels/cpu/product/panel.h"

#include <utility>

#include "graft/kernels/cpu/product/register_tile.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

template <class T>
constexpr TileShape kTile = tile_shape<T>(kSimd);

// Reduction entries between two visits of a tile of C. Their packed columns need not stay in the
// level-1 cache: with AVX-512 on Zen 5, 256, 384 and 512 differ by 2 %, the last being best.
constexpr int64_t kDepth = 512;

// Elements of a line of the caches.
template <class T>
constexpr int64_t kLine = 64 / sizeof(T);

// One call of the micro-kernel.
template <class T>
struct Call {
  const T* a;
  int64_t a_stride;
  const int64_t* offsets;
  int64_t runs, run;
  const T* b;
  int64_t b_stride;
  T* c;
  int64_t c_stride;
  int columns;     // to be stored
  bool continued;  // start from C
  bool last;       // apply the epilogue
  const T* bias;
  const T* residual;
  Activation activation;
  const T* next_a;     // the same part of A in what comes next,
  const T* ahead;      // and this tile's share of B there,
  int64_t ahead_step;  // so many elements for each entry of the reduction
};

// One entry of the reduction: acc += the outer product of kRows elements of A, element(row), and a
// packed row of B.
template <class T, int kRows, int kVecs, class Element>
[[gnu::always_inline]] inline void add_outer(Vec<T> (&acc)[kRows][kVecs], const T* b,
                                             const Element& element) {
  Vec<T> bv[kVecs];
#pragma GCC unroll 2
  for (int v = 0; v < kVecs; ++v) bv[v] = load(b + v * kLanes<T>);
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r) {
    const Vec<T> av = splat(element(r));
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) acc[r][v] += av * bv[v];
  }
}

// acc += A B. Every third row has a pointer, so that all rows are at base + 0, 1 or 2 strides.
// While a line of each row is read, that line of the next rows is fetched, one row with each entry.
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void reduce_rows(Vec<T> (&acc)[kRows][kVecs], const Call<T>& call) {
  constexpr int kPointers = (kRows + 2) / 3;
  const int64_t s = call.a_stride;
  const T* b = call.b;
  const T* ahead = call.ahead;
  for (int64_t i = 0; i < call.runs; ++i) {
    const T* a[kPointers];
#pragma GCC unroll 5
    for (int p = 0; p < kPointers; ++p) a[p] = call.a + call.offsets[i] + 3 * p * s;
    for (int64_t line = 0; line < call.run; line += kLine<T>) {
      const T* next_a = call.next_a + line;
      const int64_t end = line + kLine<T> < call.run ? line + kLine<T> : call.run;
      for (int64_t k = line; k < end; ++k) {
        __builtin_prefetch(ahead, 0, 2);
        __builtin_prefetch(next_a, 0, 2);
        add_outer(acc, b, [&](int r) { return a[r / 3][r % 3 * s]; });
#pragma GCC unroll 5
        for (int p = 0; p < kPointers; ++p) ++a[p];
        b += kVecs * kLanes<T>;
        ahead += call.ahead_step;
        next_a += s;
      }
    }
  }
}

// acc += A B, for A transposed.
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void reduce_transposed(Vec<T> (&acc)[kRows][kVecs],
                                                     const Call<T>& call) {
  const T* a = call.a;
  const T* b = call.b;
  const T* ahead = call.ahead;
  const int64_t next_a = call.next_a - a;
  for (int64_t k = 0; k < call.run; ++k) {
    __builtin_prefetch(ahead, 0, 2);
    __builtin_prefetch(a + next_a, 0, 2);
    add_outer(acc, b, [a](int r) { return a[r]; });
    a += call.a_stride;
    b += call.b_stride;
    ahead += call.ahead_step;
  }
}

// Into the level-1 cache, to be written.
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void fetch_tile(const T* from, int64_t stride) {
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r, from += stride)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) __builtin_prefetch(from + v * kLanes<T>, 1, 3);
}

template <class T, int kRows, int kVecs, LayoutA kLayout>
void multiply_tile(const Call<T>& call) {
  Vec<T> acc[kRows][kVecs]{};
  // A long reduction would throw the tile out of the cache again, and need not wait for its stores.
  if (call.last && !call.continued) fetch_tile<T, kRows, kVecs>(call.c, call.c_stride);
  if (call.continued) add_tile(acc, static_cast<const T*>(call.c), call.c_stride, call.columns);
  if constexpr (kLayout == LayoutA::Rows)
    reduce_rows(acc, call);
  else
    reduce_transposed(acc, call);
  if (call.last) {
    if (call.bias) add_tile(acc, call.bias, 0, call.columns);
    if (call.residual) add_tile(acc, call.residual, call.c_stride, call.columns);
    if (call.activation != Activation::None) activate_tile<T>(acc, call.activation);
  }
  store_tile(acc, call.c, call.c_stride, call.columns);
}

template <class T>
using TileFunction = void (*)(const Call<T>&);

// Micro-kernels of 1 to kTile.rows rows.
template <class T, int kVecs, LayoutA kLayout>
struct Kernels {
  template <int... kRow>
  static constexpr auto list(std::integer_sequence<int, kRow...>) {
    struct List {
      TileFunction<T> of[sizeof...(kRow)];
    };
    return List{{multiply_tile<T, kRow + 1, kVecs, kLayout>...}};
  }
  static constexpr auto kList = list(std::make_integer_sequence<int, kTile<T>.rows>());
};

template <class T>
TileFunction<T> tile_function(LayoutA layout, bool narrow, int rows) {
  if (layout == LayoutA::Rows)
    return narrow ? Kernels<T, 1, LayoutA::Rows>::kList.of[rows - 1]
                  : Kernels<T, 2, LayoutA::Rows>::kList.of[rows - 1];
  return narrow ? Kernels<T, 1, LayoutA::Transposed>::kList.of[rows - 1]
                : Kernels<T, 2, LayoutA::Transposed>::kList.of[rows - 1];
}

// A stretch of the reduction: `runs` whole runs, or a piece of one.
struct Stretch {
  int64_t first_run, runs;
  int64_t begin, length;  // within each run
};

// What tile `t` fetches for the columns, or the panel, that come next. Of A only the first columns
// find anything that is not in a cache yet.
template <class T>
void look_ahead(const Panel<T>& panel, int64_t t, bool first_columns, int64_t a_skip,
                const T* next_columns, int64_t length, Call<T>& call) {
  constexpr int kColumns = kTile<T>.columns;
  if (panel.layout == LayoutA::Transposed)
    call.next_a = call.a + panel.next_a;
  else if (!first_columns || panel.runs > 1)
    call.next_a = call.a;  // in the caches
  else
    call.next_a = t + 1 < panel.tile_count ? panel.tiles[t + 1].a + a_skip
                                           : call.a + panel.tiles[t].rows * panel.a_stride;
  if (panel.b_stride) {  // a row of the columns is two lines: one for each of two tiles
    call.ahead_step = panel.b_stride;
    call.ahead = call.b + panel.next_b + t % 2 * kLine<T>;
  } else {
    call.ahead_step = (kColumns + panel.tile_count - 1) / panel.tile_count;
    call.ahead = next_columns + t * call.ahead_step * length;
  }
}

template <class T>
void multiply_stretch(const Panel<T>& panel, const Stretch& k, bool first, bool last) {
  constexpr int kColumns = kTile<T>.columns, kStep = kLanes<T>;
  Call<T> call{};
  call.a_stride = panel.a_stride;
  call.c_stride = panel.c_stride;
  call.offsets = panel.offsets + k.first_run;
  call.runs = k.runs;
  call.run = k.length;
  call.continued = panel.continued || !first;
  call.last = last;
  call.activation = panel.activation;
  const int64_t skipped = k.first_run * panel.run + k.begin;
  const int64_t a_skip = panel.layout == LayoutA::Rows ? k.begin : skipped * panel.a_stride;
  const int64_t length = k.runs * k.length;
  for (int64_t column = 0; column < panel.columns; column += kColumns) {
    const int64_t left = panel.columns - column;
    call.columns = static_cast<int>(left < kColumns ? left : kColumns);
    const bool narrow = call.columns <= kStep;
    call.b_stride = panel.b_stride ? panel.b_stride : narrow ? kStep : kColumns;
    call.b = panel.packed + column * (panel.b_stride ? 1 : panel.packed_depth) +
             (panel.packed_begin + skipped) * call.b_stride;
    call.bias = panel.bias ? panel.bias + column : nullptr;
    const bool more = column + kColumns < panel.columns;
    const T* const next = more ? call.b + kColumns * panel.packed_depth
                               : panel.packed + kColumns * (panel.packed_begin + skipped + length);
    for (int64_t t = 0; t < panel.tile_count; ++t) {
      const Tile<T>& tile = panel.tiles[t];
      call.a = tile.a + a_skip;
      look_ahead(panel, t, column == 0, a_skip, next, length, call);
      call.c = tile.c + column;
      call.residual = tile.residual ? tile.residual + column : nullptr;
      tile_function<T>(panel.layout, narrow, tile.rows)(call);
    }
  }
}

// Cuts the reduction into stretches of about kDepth.
template <class T>
void multiply(const Panel<T>& panel) {
  if (panel.run > kDepth) {
    const int64_t pieces = (panel.run + kDepth - 1) / kDepth;
    for (int64_t i = 0; i < panel.runs; ++i)
      for (int64_t piece = 0; piece < pieces; ++piece) {
        const int64_t begin = panel.run * piece / pieces, end = panel.run * (piece + 1) / pieces;
        multiply_stretch(panel, {i, 1, begin, end - begin}, i == 0 && piece == 0,
                         i + 1 == panel.runs && piece + 1 == pieces);
      }
    return;
  }
  const int64_t together = panel.run > 0 ? kDepth / panel.run : panel.runs;
  int64_t i = 0;
  do {  // once even for an empty reduction: the epilogue still has to run
    const int64_t runs = panel.runs - i < together ? panel.runs - i : together;
    multiply_stretch(panel, {i, runs, 0, panel.run}, i == 0, i + runs == panel.runs);
    i += runs;
  } while (i < panel.runs);
}

}  // namespace

template <>
void multiply_panel<kSimd, float>(const Panel<float>& panel) {
  multiply(panel);
}
template <>
void multiply_panel<kSimd, double>(const Panel<double>& panel) {
  multiply(panel);
}

}  // namespace graft::cpu
