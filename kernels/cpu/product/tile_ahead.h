// Fetching what a tile needs beside its factors: its C, to be written, and its residual. Only for
// *_simd.cpp files.
//
// Along a long reduction they come row by row, since all at once would hold up what A and B wait
// for: on Zen 5 1024^3 is 1 to 2 % faster so, and ResNet-50's evaluation 4 to 8 %, whose short
// reductions have residuals. C beside a short one is fetched at its beginning, or it comes too
// late: a convolution 1x1 of stride 2 from 64 channels would take 3 % more.
#pragma once

#include "graft/kernels/cpu/product/register_tile.h"

namespace graft::cpu {
namespace {

template <class T, int kVecs, bool kWritten>
[[gnu::always_inline]] inline void fetch_row(const T* row) {
#pragma GCC unroll 2
  for (int v = 0; v < kVecs; ++v) __builtin_prefetch(row + v * kLanes<T>, kWritten, 3);
}

// All rows of C.
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void fetch_tile(const T* c, const RowsOfTile& rows) {
#pragma GCC unroll 14
  for (int r = 0; r < kRows; c += rows.to<kRows>(++r)) fetch_row<T, kVecs, true>(c);
}

// Rows of a tile from `row` on, none if null, `each` with one step.
template <class T, int kRows, int kVecs, bool kWritten>
class RowsAhead {
 public:
  RowsAhead(const T* row, const RowsOfTile& rows, int64_t each)
      : row_(row), rows_(rows), each_(each), fetched_(row ? 0 : kRows) {}

  [[gnu::always_inline]] void step() {
    const int64_t end = fetched_ + each_ < kRows ? fetched_ + each_ : kRows;
#pragma GCC unroll 1
    for (; fetched_ < end; row_ += rows_.template to<kRows>(static_cast<int>(++fetched_)))
      fetch_row<T, kVecs, kWritten>(row_);
  }

 private:
  const T* row_;
  const RowsOfTile rows_;
  const int64_t each_;
  int64_t fetched_;
};

// C and residual, each perhaps null, along the reduction.
template <class T, int kRows, int kVecs>
class TileAhead {
 public:
  TileAhead(const T* c, const T* residual, const RowsOfTile& rows, int64_t each)
      : any_(c || residual), c_(c, rows, each), residual_(residual, rows, each) {}

  [[gnu::always_inline]] void step() {
    if (!any_) return;
    c_.step();
    residual_.step();
  }

 private:
  const bool any_;
  RowsAhead<T, kRows, kVecs, true> c_;
  RowsAhead<T, kRows, kVecs, false> residual_;
};

}  // namespace
}  // namespace graft::cpu
