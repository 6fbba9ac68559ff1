#include "graft/kernels/cpu/product/pack.h"

#include "graft/core/parallel.h"

namespace graft::cpu {
namespace {

// Tiles of 16 x 8: the lines that are read stay in the L1 cache whatever the strides are.
constexpr int64_t kTileDepth = 16;
constexpr int kTileColumns = 8;

}  // namespace

template <class T>
void pack_block(const Strided<T>& from, int64_t depth, int columns, int width, T* to) {
  if (from.column_stride == 1) {
    for (int64_t k = 0; k < depth; ++k) {
      T* const row = to + k * width;
      std::copy_n(from.data + k * from.depth_stride, columns, row);
      std::fill(row + columns, row + width, T(0));
    }
    return;
  }
  for (int64_t k0 = 0; k0 < depth; k0 += kTileDepth) {
    const int64_t k1 = std::min(depth, k0 + kTileDepth);
    for (int j0 = 0; j0 < columns; j0 += kTileColumns) {
      const int j1 = std::min(columns, j0 + kTileColumns);
      for (int64_t k = k0; k < k1; ++k)
        for (int j = j0; j < j1; ++j)
          to[k * width + j] = from.data[k * from.depth_stride + j * from.column_stride];
    }
    for (int64_t k = k0; k < k1; ++k)
      std::fill(to + k * width + columns, to + (k + 1) * width, T(0));
  }
}

template <class T>
void pack_columns(const Strided<T>& from, int64_t depth, const ColumnBlocks& blocks, T* to) {
  parallel_for(blocks.count(), [&](int64_t block, int) {
    const int64_t begin = blocks.begin(block);
    const Strided<T> part{from.data + begin * from.column_stride, from.depth_stride,
                          from.column_stride};
    pack_block(part, depth, blocks.columns_of(block), blocks.width_of(block), to + begin * depth);
  });
}

template void pack_block(const Strided<float>&, int64_t, int, int, float*);
template void pack_block(const Strided<double>&, int64_t, int, int, double*);
template void pack_columns(const Strided<float>&, int64_t, const ColumnBlocks&, float*);
template void pack_columns(const Strided<double>&, int64_t, const ColumnBlocks&, double*);

}  // namespace graft::cpu
