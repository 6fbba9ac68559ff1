#include "graft/kernels/cpu/product/pack.h"

#include "graft/core/parallel.h"

namespace graft::cpu {

template <class T>
void pack_columns(const Strided<T>& from, int64_t depth, const ColumnBlocks& blocks, T* to) {
  parallel_for(blocks.count(), [&](int64_t block, int) {
    const int64_t begin = blocks.begin(block);
    const Strided<T> part{from.data + begin * from.column_stride, from.depth_stride,
                          from.column_stride};
    pack_block(part, depth, blocks.columns_of(block), blocks.width_of(block), to + begin * depth);
  });
}

template void pack_columns(const Strided<float>&, int64_t, const ColumnBlocks&, float*);
template void pack_columns(const Strided<double>&, int64_t, const ColumnBlocks&, double*);

}  // namespace graft::cpu
