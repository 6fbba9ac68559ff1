// The tiles of a panel (panel.h, bf16_panel.h).
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/ceil_div.h"

namespace graft::cpu {

/// Appends `rows` rows from `first` on, cut into tiles of nearly equal size.
template <class AnyTile>
void add_tiles(AnyTile*& to, const AnyTile& first, int64_t rows, int64_t a_stride, int64_t c_stride,
               int max_rows) {
  const int64_t count = ceil_div(rows, max_rows);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = rows * i / count, end = rows * (i + 1) / count;
    *to++ = {first.a + begin * a_stride, first.c + begin * c_stride,
             first.residual ? first.residual + begin * c_stride : nullptr,
             static_cast<int>(end - begin)};
  }
}

}  // namespace graft::cpu
