#include <algorithm>
#include <vector>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/product/bf16_correlate.h"
#include "graft/kernels/cpu/product/pack.h"

namespace graft::cpu {

int64_t bf16_packed_size(int64_t taps, int64_t channels, int64_t columns) {
  return ColumnBlocks::of<float>(columns).size(taps * ceil_div(channels, kHeld<Bf16Pair>));
}

void bf16_pack(const float* from, int64_t taps, int64_t channels, int64_t columns, Bf16Pair* to) {
  const ColumnBlocks blocks = ColumnBlocks::of<float>(columns);
  const int64_t pairs = ceil_div(channels, kHeld<Bf16Pair>), depth = taps * pairs;
  parallel_for(blocks.count(), [&](int64_t block, int) {
    const int64_t begin = blocks.begin(block);
    const int width = blocks.width_of(block);
    Bf16Pair* const part = to + begin * depth;
    std::fill_n(part, depth * width, Bf16Pair{});
    std::vector<Bf16Pair> column(static_cast<size_t>(pairs));
    for (int j = 0; j < blocks.columns_of(block); ++j)
      for (int64_t tap = 0; tap < taps; ++tap) {
        const float* const row = from + ((begin + j) * taps + tap) * channels;
        with_bf16_simd([&]<SimdLevel kLevel, bool kNative>() {
          round_to_pairs<kLevel, kNative>(row, channels, column.data());
        });
        for (int64_t p = 0; p < pairs; ++p)
          part[(tap * pairs + p) * width + j] = column[static_cast<size_t>(p)];
      }
  });
}

}  // namespace graft::cpu
