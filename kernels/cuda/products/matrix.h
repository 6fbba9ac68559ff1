// A matrix operand of a product, as strides or as a library takes it.
#pragma once

#include <cstdint>

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"

namespace graft::cuda {

/// op(X)[batch, row, column], with X a view of rank 2 or 3 and any strides.
struct StridedMatrix {
  const void* data = nullptr;
  int64_t rows = 0, columns = 0, row_stride = 0, column_stride = 0, batch_stride = 0;
};
StridedMatrix strided_matrix(const ConstView& x, bool transposed);

/// Whether a library can read it where it lies: library_aligned(), and rows or columns without
/// gaps, at a distance that does not overlap.
bool library_readable(const StridedMatrix& matrix);

/// A copy in the workspace that is; `source` is what the matrix was made of.
StridedMatrix dense_copy(const KernelCtx& ctx, const ConstView& source, bool transposed);

}  // namespace graft::cuda
