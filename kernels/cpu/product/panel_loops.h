// The loops of a panel (panel.h, bf16_panel.h) around any arithmetic. Only for *_simd.cpp files.
//
// An arithmetic M says what a factor is and how its products are added:
//   M::Sum, M::Factor     what C consists of; what A and B consist of
//   M::kTileRows          a tile's most rows
//   M::Columns            a vector of packed columns, made of the address of its first
//   M::spread(factor)     an element of A, ready to be multiplied
//   M::add(acc, a, b)     acc + a b, for a spread factor and Columns
#pragma once

#include <utility>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/product/register_tile.h"
#include "graft/kernels/cpu/product/tile_ahead.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

template <class T>
constexpr TileShape kTile = tile_shape<T>(kSimd);

// Elements of a line of the caches.
template <class T>
constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));

template <class M>
using PanelOf = Panel<typename M::Sum, typename M::Factor>;

// One call of the micro-kernel.
template <class M>
struct Call {
  using T = typename M::Sum;
  using Factor = typename M::Factor;

  const Factor* a;
  int64_t a_stride, a_gap;
  const int64_t* offsets;
  int64_t runs, run;
  const Factor* b;
  int64_t b_stride;
  T* c;
  RowsOfTile c_rows;
  int columns;     // to be stored
  bool continued;  // start from C
  bool last;       // apply the epilogue
  const T* bias;
  const T* residual;
  Activation activation;
  const Factor* next_a;  // a part of A that is needed later,
  int64_t next_stride;   // laid out so,
  const int64_t* next_offsets;
  const Factor* ahead;  // and of B,
  int64_t ahead_step;   // so many elements for each entry of the reduction
  const T* c_ahead;     // a tile of C that is fetched, its rows taken to lie as c_rows, or null
  int64_t rows_a_step;  // of it and of the residual, with each kLine entries
};

// Whether tiles of so many rows have something fetched along the reduction (tile_ahead.h). Those of
// few rows are rare, and without it their many kernels are smaller.
template <class M, int kRows>
constexpr bool kFetches = 2 * kRows > M::kTileRows;

// One entry of the reduction: acc += the outer product of kRows elements of A, element(row), and a
// packed row of B.
template <class M, int kRows, int kVecs, class Element>
[[gnu::always_inline]] inline void add_outer(Vec<typename M::Sum> (&acc)[kRows][kVecs],
                                             const typename M::Factor* b, const Element& element) {
  constexpr int kStep = kLanes<typename M::Sum>;
  const typename M::Columns columns[2] = {typename M::Columns(b),
                                          typename M::Columns(b + (kVecs - 1) * kStep)};
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r) {
    const auto a = M::spread(element(r));
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) acc[r][v] = M::add(acc[r][v], a, columns[v]);
  }
}

// acc += A B. From the first one and from the gap on every fourth row has a pointer, so that all
// rows are at base + 0 to 3 strides. While a line of each row is read, that line of later rows is
// fetched, one row with each entry. A single vector of columns is not fetched: each of its products
// has a load of its own already.
template <class M, int kRows, int kVecs>
[[gnu::always_inline]] inline void reduce_rows(Vec<typename M::Sum> (&acc)[kRows][kVecs],
                                               const Call<M>& call) {
  using Factor = typename M::Factor;
  constexpr int64_t kEntries = kLine<Factor>;
  constexpr int kBefore = rows_before_gap(kRows);
  constexpr int kFirst = (kBefore + 3) / 4, kPointers = kFirst + (kRows - kBefore + 3) / 4;
  const int64_t s = call.a_stride;
  const Factor* b = call.b;
  const Factor* ahead = call.ahead;
  TileAhead<typename M::Sum, kRows, kVecs> beside(call.c_ahead, call.last ? call.residual : nullptr,
                                                  call.c_rows, call.rows_a_step);
  for (int64_t i = 0; i < call.runs; ++i) {
    const Factor* a[kPointers];
#pragma GCC unroll 4
    for (int p = 0; p < kPointers; ++p)
      a[p] = call.a + call.offsets[i] +
             (p < kFirst ? 4 * p * s : call.a_gap + (kBefore + 4 * (p - kFirst)) * s);
    for (int64_t line = 0; line < call.run; line += kEntries) {
      const Factor* next_a = call.next_a + call.next_offsets[i] + line;
      const int64_t end = line + kEntries < call.run ? line + kEntries : call.run;
      if constexpr (kFetches<M, kRows>) beside.step();
      for (int64_t k = line; k < end; ++k) {
        if constexpr (kVecs > 1) __builtin_prefetch(ahead, 0, 2);
        __builtin_prefetch(next_a, 0, 2);
        add_outer<M>(acc, b, [&](int r) {
          const int beyond = r - kBefore;
          return beyond < 0 ? a[r / 4][r % 4 * s] : a[kFirst + beyond / 4][beyond % 4 * s];
        });
#pragma GCC unroll 4
        for (int p = 0; p < kPointers; ++p) ++a[p];
        b += kVecs * kLanes<typename M::Sum>;
        ahead += call.ahead_step;
        next_a += call.next_stride;
      }
    }
  }
}

// acc += A B, for A transposed.
template <class M, int kRows, int kVecs>
[[gnu::always_inline]] inline void reduce_transposed(Vec<typename M::Sum> (&acc)[kRows][kVecs],
                                                     const Call<M>& call) {
  const typename M::Factor* a = call.a;
  const typename M::Factor* b = call.b;
  const typename M::Factor* ahead = call.ahead;
  const int64_t next_a = call.next_a - a;
  constexpr int64_t kEntries = kLine<typename M::Factor>;
  TileAhead<typename M::Sum, kRows, kVecs> beside(call.c_ahead, nullptr, call.c_rows,
                                                  call.rows_a_step);
  for (int64_t k = 0; k < call.run;) {
    const int64_t end = k + kEntries < call.run ? k + kEntries : call.run;
    if constexpr (kFetches<M, kRows>) beside.step();
    for (; k < end; ++k) {
      __builtin_prefetch(ahead, 0, 2);
      __builtin_prefetch(a + next_a, 0, 2);
      add_outer<M>(acc, b, [a](int r) { return a[r]; });
      a += call.a_stride;
      b += call.b_stride;
      ahead += call.ahead_step;
    }
  }
}

template <class M, int kRows, int kVecs, LayoutA kLayout>
void multiply_tile(const Call<M>& call) {
  using T = typename M::Sum;
  Vec<T> acc[kRows][kVecs]{};
  if (!kFetches<M, kRows> || !call.c_ahead) fetch_tile<T, kRows, kVecs>(call.c, call.c_rows);
  if (call.continued) add_tile(acc, static_cast<const T*>(call.c), call.c_rows, call.columns);
  if constexpr (kLayout == LayoutA::Rows)
    reduce_rows<M>(acc, call);
  else
    reduce_transposed<M>(acc, call);
  if (call.last) {
    if (call.bias) add_tile(acc, call.bias, {}, call.columns);
    if (call.residual) add_tile(acc, call.residual, call.c_rows, call.columns);
    if (call.activation != Activation::None) activate_tile<T>(acc, call.activation);
  }
  store_tile(acc, call.c, call.c_rows, call.columns);
}

template <class M>
using TileFunction = void (*)(const Call<M>&);

// Micro-kernels of 1 to kTile.rows rows.
template <class M, int kVecs, LayoutA kLayout>
struct Kernels {
  template <int... kRow>
  static constexpr auto list(std::integer_sequence<int, kRow...>) {
    struct List {
      TileFunction<M> of[sizeof...(kRow)];
    };
    return List{{multiply_tile<M, kRow + 1, kVecs, kLayout>...}};
  }
  static constexpr auto kList = list(std::make_integer_sequence<int, M::kTileRows>());
};

template <class M, LayoutA kLayout>
TileFunction<M> tile_function(bool narrow, int rows) {
  return narrow ? Kernels<M, 1, kLayout>::kList.of[rows - 1]
                : Kernels<M, 2, kLayout>::kList.of[rows - 1];
}

// A stretch of the reduction: `runs` whole runs, or a piece of one.
struct Stretch {
  int64_t first_run, runs;
  int64_t begin, length;  // within each run
};

// What tile `t` fetches for the columns, or the panel, that come next. The next panel's A is
// fetched once, tile by tile during the last columns. Of this one's only the first columns find
// anything that is not in a cache yet.
template <class M>
void look_ahead(const PanelOf<M>& panel, int64_t t, int64_t column, const Stretch& k,
                int64_t a_skip, const typename M::Factor* next_columns, Call<M>& call) {
  using Factor = typename M::Factor;
  constexpr int kColumns = kTile<typename M::Sum>.columns;
  const Tile<typename M::Sum, Factor>& tile = panel.tiles[t];
  const int64_t blocks = ceil_div(panel.columns, kColumns);
  const int64_t blocks_left = blocks - 1 - column / kColumns;
  call.next_a = call.a;  // in the caches
  call.next_stride = call.a_stride;
  call.next_offsets = call.offsets;
  if (tile.next && (panel.tile_count - 1 - t) % blocks == blocks_left) {
    call.next_a = tile.next + a_skip;
    if (panel.next_offsets) {
      call.next_stride = panel.next_stride;
      call.next_offsets = panel.next_offsets + k.first_run;
    }
  } else if (panel.layout == LayoutA::Rows && column == 0 && panel.runs == 1) {
    call.next_a = t + 1 < panel.tile_count ? panel.tiles[t + 1].a + a_skip
                                           : call.a + tile.rows * panel.a_stride;
  }
  if (panel.b_stride) {  // a row of the columns is two lines: one for each of two tiles
    call.ahead_step = panel.b_stride;
    call.ahead = call.b + panel.next_b + t % 2 * kLine<Factor>;
  } else {
    call.ahead_step = ceil_div(kColumns, panel.tile_count);
    call.ahead = next_columns + t * call.ahead_step * k.runs * k.length;
  }
}

template <class M, LayoutA kLayout>
void multiply_stretch(const PanelOf<M>& panel, const Stretch& k, bool first, bool last) {
  constexpr int kColumns = kTile<typename M::Sum>.columns, kStep = kColumns / 2;
  Call<M> call{};
  call.a_stride = panel.a_stride;
  call.offsets = panel.offsets + k.first_run;
  call.runs = k.runs;
  call.run = k.length;
  call.continued = panel.continued || !first;
  call.last = last;
  call.activation = panel.activation;
  const int64_t skipped = k.first_run * panel.run + k.begin;
  const int64_t a_skip = kLayout == LayoutA::Rows ? k.begin : skipped * panel.a_stride;
  const int64_t length = k.runs * k.length;
  const int64_t lines = k.runs * ceil_div(k.length, kLine<typename M::Factor>);
  call.rows_a_step = lines > 0 ? ceil_div(M::kTileRows, lines) : 0;
  for (int64_t column = 0; column < panel.columns; column += kColumns) {
    const int64_t left = panel.columns - column;
    call.columns = static_cast<int>(left < kColumns ? left : kColumns);
    const bool narrow = call.columns <= kStep;
    call.b_stride = panel.b_stride ? panel.b_stride : narrow ? kStep : kColumns;
    call.b = panel.b + column * (panel.b_stride ? 1 : panel.b_depth) +
             (panel.b_begin + skipped) * call.b_stride;
    call.bias = panel.bias ? panel.bias + column : nullptr;
    const bool more = column + kColumns < panel.columns;
    const auto* const next = more ? call.b + kColumns * panel.b_depth
                                  : panel.b + kColumns * (panel.b_begin + skipped + length);
    for (int64_t t = 0; t < panel.tile_count; ++t) {
      const auto& tile = panel.tiles[t];
      call.a = tile.a + a_skip;
      call.a_gap = tile.a_gap;
      look_ahead<M>(panel, t, column, k, a_skip, next, call);
      call.c = tile.c + column;
      call.c_rows = {panel.c_stride, tile.c_gap};
      call.residual = tile.residual ? tile.residual + column : nullptr;
      if (call.continued)  // its own C is read at once
        call.c_ahead = t + 1 < panel.tile_count ? panel.tiles[t + 1].c + column
                                                : panel.tiles[0].c + (more ? column + kColumns : 0);
      else
        call.c_ahead = lines < M::kTileRows ? nullptr : call.c;
      tile_function<M, kLayout>(narrow, tile.rows)(call);
    }
  }
}

// Cuts the reduction into stretches of about kPanelStretch.
template <class M, LayoutA kLayout>
void multiply(const PanelOf<M>& panel) {
  if (panel.run > kPanelStretch) {
    const int64_t pieces = ceil_div(panel.run, kPanelStretch);
    for (int64_t i = 0; i < panel.runs; ++i)
      for (int64_t piece = 0; piece < pieces; ++piece) {
        const int64_t begin = panel.run * piece / pieces, end = panel.run * (piece + 1) / pieces;
        multiply_stretch<M, kLayout>(panel, {i, 1, begin, end - begin}, i == 0 && piece == 0,
                                     i + 1 == panel.runs && piece + 1 == pieces);
      }
    return;
  }
  const int64_t together = panel.run > 0 ? kPanelStretch / panel.run : panel.runs;
  int64_t i = 0;
  do {  // once even for an empty reduction: the epilogue still has to run
    const int64_t runs = panel.runs - i < together ? panel.runs - i : together;
    multiply_stretch<M, kLayout>(panel, {i, runs, 0, panel.run}, i == 0, i + runs == panel.runs);
    i += runs;
  } while (i < panel.runs);
}

}  // namespace
}  // namespace graft::cpu
