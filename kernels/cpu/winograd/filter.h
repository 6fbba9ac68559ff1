// U, the transformed filter of a Winograd correlation, packed for the product.
#pragma once

#include <array>
#include <cstdint>

#include "graft/kernels/cpu/product/pack.h"
#include "graft/kernels/cpu/winograd/transforms.h"

namespace graft::cpu::winograd {

/// The B of a correlation with a window of 3x3, read where a filter lies.
struct Filter {
  const float* data;
  std::array<int64_t, kTaps> taps;  ///< offset of each window position, row by row
  int64_t channel_stride, column_stride;
};

/// Block `block` of the columns, channels first..first+count-1 of U, as [36][count][block width],
/// planes `plane` elements apart. `scratch` holds 9 count x block width elements.
void pack_filter(const Filter& filter, const ColumnBlocks& blocks, int64_t block, int64_t first,
                 int64_t count, float* scratch, float* to, int64_t plane);

}  // namespace graft::cpu::winograd
