// Vector kernel of pack.h.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// A matrix in memory: element (k, j) of B, or (k, row) of A transposed.
template <class T>
struct Strided {
  const T* data;
  int64_t depth_stride, column_stride;
};

/// Writes rows 0..depth-1 of `columns` columns as [depth][width], the missing columns zero.
template <SimdLevel kLevel, class T>
void pack_rows(const Strided<T>& from, int64_t depth, int columns, int width, T* to);

}  // namespace graft::cpu
