// Scratch memory of the 36 planes.
#pragma once

#include "graft/core/ceil_div.h"
#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/winograd/transforms.h"

namespace graft::cpu::winograd {

/// Elements of the widest vector of floats. Rows and planes are longer than needed by that much, so
/// that they do not lie a multiple of 4 KiB apart and throw one another out of a cache.
inline constexpr int64_t kVector = 16;

/// 36 planes of rows: a row for each tile (of V and M) or output channel (of dU).
struct Planes {
  float* data;
  int64_t row, plane;  ///< elements from row to row, from plane to plane

  static int64_t row_size(int64_t columns) { return (ceil_div(columns, kVector) + 1) * kVector; }
  static int64_t plane_size(int64_t rows, int64_t columns) {
    return rows * row_size(columns) + kVector;
  }
  static int64_t size(int64_t rows, int64_t columns) { return kPlanes * plane_size(rows, columns); }
  static Planes of(float* data, int64_t rows, int64_t columns) {
    return {data, row_size(columns), plane_size(rows, columns)};
  }

  float* at(int64_t q, int64_t index) const { return data + q * plane + index * row; }
};

}  // namespace graft::cpu::winograd
