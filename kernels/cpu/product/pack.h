// Packing: operands of a product in the order in which the micro-kernel (panel.h) reads them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "graft/kernels/cpu/product/pack_rows.h"
#include "graft/kernels/cpu/product/panel.h"

namespace graft::cpu {

/// The columns of B in blocks: all of the tile's width, but the last of one vector where that is
/// enough. A packed B is [blocks][depth][block width], missing columns zero.
struct ColumnBlocks {
  int64_t columns = 0;
  int width = 1;  ///< of a whole block; a vector is half of it

  template <class T>
  static ColumnBlocks of(int64_t columns) {
    return {columns, tile_shape<T>(simd_level()).columns};
  }
  int64_t count() const { return (columns + width - 1) / width; }
  int64_t begin(int64_t block) const { return block * width; }
  int columns_of(int64_t block) const {
    return static_cast<int>(std::min<int64_t>(width, columns - begin(block)));
  }
  int width_of(int64_t block) const { return columns_of(block) <= width / 2 ? width / 2 : width; }
  /// Elements of a packed B.
  int64_t size(int64_t depth) const {
    const int64_t vector = width / 2;
    return depth * ((columns + vector - 1) / vector * vector);
  }
};

/// Writes rows 0..depth-1 of `columns` columns as [depth][width], the missing columns zero.
template <class T>
void pack_block(const Strided<T>& from, int64_t depth, int columns, int width, T* to) {
  with_simd([&]<SimdLevel kLevel>() { pack_rows<kLevel, T>(from, depth, columns, width, to); });
}

/// Packs all of B. Goes parallel over its blocks.
template <class T>
void pack_columns(const Strided<T>& from, int64_t depth, const ColumnBlocks& blocks, T* to);

}  // namespace graft::cpu
