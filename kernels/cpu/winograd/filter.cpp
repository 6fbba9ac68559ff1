#include "graft/kernels/cpu/winograd/filter.h"

namespace graft::cpu::winograd {

void pack_filter(const Filter& filter, const ColumnBlocks& blocks, int64_t block, int64_t first,
                 int64_t count, float* scratch, float* to, int64_t plane) {
  // Packing the 9 taps and transforming what is packed moves a quarter of what packing U would.
  const int columns = blocks.columns_of(block), width = blocks.width_of(block);
  const int64_t size = count * width;
  const float* const data =
      filter.data + first * filter.channel_stride + blocks.begin(block) * filter.column_stride;
  const float* taps[kTaps];
  for (int t = 0; t < kTaps; ++t) {
    float* const packed = scratch + t * size;
    pack_block(
        {data + filter.taps[static_cast<size_t>(t)], filter.channel_stride, filter.column_stride},
        count, columns, width, packed);
    taps[t] = packed;
  }
  with_simd([&]<SimdLevel kLevel>() { transform_filter<kLevel>(taps, size, to, plane); });
}

}  // namespace graft::cpu::winograd
