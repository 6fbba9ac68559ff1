// Vector kernel of direct_filter_grad.h: sums of outer products.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Outputs of one image, rows x pixels of them: what they read of x and their gradient.
struct OutputGrid {
  const float* x;  ///< of the first output
  int64_t x_row, x_pixel;
  const float* dy;
  int64_t dy_row, dy_pixel;
  int64_t rows, pixels;
};

/// sums[element][column] += sum over the outputs of x[element] dy[column]: `elements` neighbours in
/// x, at most tile_shape().rows (product/panel.h), by a whole tile's columns, or half of them.
template <SimdLevel kLevel>
void add_outer_sums(const OutputGrid& grid, int elements, bool half, float* sums);

}  // namespace graft::cpu
