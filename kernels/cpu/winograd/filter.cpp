#include "graft/kernels/cpu/winograd/filter.h"

#include "graft/core/parallel.h"

namespace graft::cpu::winograd {
namespace {

// One block of the columns, channels first..first+count-1, as [9][count][block width].
void pack_block_of_taps(const Filter& filter, const ColumnBlocks& blocks, int64_t block,
                        int64_t first, int64_t count, float* to) {
  const int columns = blocks.columns_of(block), width = blocks.width_of(block);
  const float* const data =
      filter.data + first * filter.channel_stride + blocks.begin(block) * filter.column_stride;
  for (const int64_t tap : filter.taps) {
    pack_block({data + tap, filter.channel_stride, filter.column_stride}, count, columns, width,
               to);
    to += count * width;
  }
}

}  // namespace

int64_t packed_size(int64_t channels, int64_t columns) {
  return ColumnBlocks::of<float>(columns).size(kTaps * channels);
}

void pack_taps(const Filter& filter, int64_t channels, int64_t columns, float* to) {
  const ColumnBlocks blocks = ColumnBlocks::of<float>(columns);
  parallel_for(blocks.count(), [&](int64_t block, int) {
    pack_block_of_taps(filter, blocks, block, 0, channels,
                       to + blocks.begin(block) * kTaps * channels);
  });
}

void transform_filter_block(const Filter& filter, const ColumnBlocks& blocks, int64_t block,
                            int64_t channels, int64_t first, int64_t count, float* scratch,
                            float* to, int64_t plane) {
  // Packing the 9 taps and transforming what is packed moves a quarter of what packing U would.
  const int64_t width = blocks.width_of(block);
  const float* tap = scratch;
  int64_t tap_size = count * width;
  if (filter.packed) {
    tap = filter.packed + blocks.begin(block) * kTaps * channels + first * width;
    tap_size = channels * width;
  } else {
    pack_block_of_taps(filter, blocks, block, first, count, scratch);
  }
  const float* taps[kTaps];
  for (int t = 0; t < kTaps; ++t) taps[t] = tap + t * tap_size;
  with_simd([&]<SimdLevel kLevel>() { transform_filter<kLevel>(taps, count * width, to, plane); });
}

}  // namespace graft::cpu::winograd
