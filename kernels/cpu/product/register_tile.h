// A tile of results in registers, kRows x kVecs vectors: how it is read, stored and activated. Only
// for *_simd.cpp files. `columns` of its columns exist in memory; at least one in its last vector.
#pragma once

#include "graft/kernels/cpu/product/panel.h"
#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Where the rows of a tile lie: `stride` apart (0: one row for all), with a gap (panel.h).
struct RowsOfTile {
  int64_t stride, gap;

  // From the row before to row `r` of kRows.
  template <int kRows>
  [[gnu::always_inline]] int64_t to(int r) const {
    constexpr int kBefore = rows_before_gap(kRows);
    return r == kBefore ? stride + gap : stride;
  }
};

// acc += the tile at `from`.
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void add_tile(Vec<T> (&acc)[kRows][kVecs], const T* from,
                                            const RowsOfTile& rows, int columns) {
  const int tail = columns - (kVecs - 1) * kLanes<T>;
  const bool whole = tail == kLanes<T>;
#pragma GCC unroll 14
  for (int r = 0; r < kRows; from += rows.to<kRows>(++r)) {
    if constexpr (kVecs == 2) acc[r][0] += load(from);
    const T* const last = from + (kVecs - 1) * kLanes<T>;
    acc[r][kVecs - 1] += whole ? load(last) : load_first(last, tail);
  }
}

template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_tile(const Vec<T> (&acc)[kRows][kVecs], T* to,
                                              const RowsOfTile& rows, int columns) {
  const int tail = columns - (kVecs - 1) * kLanes<T>;
  const bool whole = tail == kLanes<T>;
#pragma GCC unroll 14
  for (int r = 0; r < kRows; to += rows.to<kRows>(++r)) {
    if constexpr (kVecs == 2) store(to, acc[r][0]);
    T* const last = to + (kVecs - 1) * kLanes<T>;
    if (whole)
      store(last, acc[r][kVecs - 1]);
    else
      store_first(last, acc[r][kVecs - 1], tail);
  }
}

template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void activate_tile(Vec<T> (&acc)[kRows][kVecs], Activation kind) {
  const Clamp<T> clamp(kind);
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) acc[r][v] = clamp(acc[r][v]);
}

}  // namespace
}  // namespace graft::cpu
