// Products too thin to repay packing: both operands are read where they lie.
//
// Whether a product with an epilogue (a dense layer) is thin depends on its columns and strides
// alone, so that a sample's result is the same in any batch.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/epilogue.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// C [rows, columns] dense = act(A [rows, depth] B [depth, columns] + bias), in f32. The epilogue
/// has no residual.
struct ThinProduct {
  const float* a;
  int64_t a_row, a_depth;  ///< strides
  const float* b;
  int64_t b_depth, b_column;
  int64_t rows, depth, columns;
  Epilogue<float> epilogue;
  float* c;
};

/// Whether multiply_thin() takes the product: few columns with both operands contiguous along the
/// reduction, or contiguous columns of B with few rows or a short reduction and no epilogue.
bool is_thin(const ThinProduct& p);
void multiply_thin(const ThinProduct& p);

/// Rows `begin` to `end` of C as dot products. The lanes of a dot product's sum are added in a
/// tree: the bits depend on its two rows alone.
template <SimdLevel kLevel>
void thin_dots(const ThinProduct& p, int64_t begin, int64_t end);

/// Columns `begin` to `end` of C as sums of rows of B: each element one chain of multiply-adds in
/// the order of the reduction, as in panel.h.
template <SimdLevel kLevel>
void thin_sums(const ThinProduct& p, int64_t begin, int64_t end);

}  // namespace graft::cpu
