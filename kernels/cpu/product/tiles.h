// The tiles of a panel (panel.h, bf16_panel.h).
#pragma once

#include <cstdint>

#include "graft/core/ceil_div.h"
#include "graft/kernels/cpu/product/panel.h"

namespace graft::cpu {

/// Elements from row to row: of A, of C, and of what the next panel reads.
struct RowStrides {
  int64_t a, c, next = 0;
};

/// Appends `rows` rows from `first` on, cut into tiles of nearly equal size.
template <class T, class Factor>
void add_tiles(Tile<T, Factor>*& to, const Tile<T, Factor>& first, int64_t rows,
               const RowStrides& stride, int max_rows) {
  const int64_t count = ceil_div(rows, max_rows);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = rows * i / count, end = rows * (i + 1) / count;
    *to++ = {first.a + begin * stride.a, first.c + begin * stride.c,
             first.residual ? first.residual + begin * stride.c : nullptr,
             static_cast<int>(end - begin),
             first.next ? first.next + begin * stride.next : nullptr};
  }
}

/// The same for a row of an image, where begin..to are tiles of such rows: two short ones that
/// follow one another share a tile.
template <class T, class Factor>
void add_image_row(Tile<T, Factor>* begin, Tile<T, Factor>*& to, const Tile<T, Factor>& first,
                   int64_t rows, const RowStrides& stride, int max_rows) {
  if (to > begin && to[-1].rows == rows && 2 * rows <= max_rows) {
    Tile<T, Factor>& shared = to[-1];
    shared.rows = static_cast<int>(2 * rows);
    shared.a_gap = first.a - shared.a - rows * stride.a;
    shared.c_gap = first.c - shared.c - rows * stride.c;
    return;
  }
  add_tiles(to, first, rows, stride, max_rows);
}

}  // namespace graft::cpu
