// U, the transformed filter of a Winograd correlation, packed for the product.
#pragma once

#include <array>
#include <cstdint>

#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/transforms.h"

namespace graft::cpu::winograd {

/// The B of a correlation with a window of 3x3, read where a filter lies or, if given, from its
/// packed taps.
struct Filter {
  const float* data;
  std::array<int64_t, kTaps> taps;  ///< offset of each window position, row by row
  int64_t channel_stride, column_stride;
  const float* packed = nullptr;  ///< of pack_taps()
};

/// Elements of the packed taps.
int64_t packed_size(int64_t channels, int64_t columns);
/// Writes the taps as [blocks][9][channels][block width]. Goes parallel over the blocks.
void pack_taps(const Filter& filter, int64_t channels, int64_t columns, float* to);

/// Block `block` of the columns, channels first..first+count-1 of `channels` of U, as
/// [36][count][block width], planes `plane` elements apart. `scratch` holds 9 count x block width
/// elements.
void transform_filter_block(const Filter& filter, const ColumnBlocks& blocks, int64_t block,
                            int64_t channels, int64_t first, int64_t count, float* scratch,
                            float* to, int64_t plane);

}  // namespace graft::cpu::winograd
