#include "graft/kernels/cuda/products/matrix.h"

#include <utility>

#include "graft/kernels/cuda/library_operand.h"

namespace graft::cuda {

StridedMatrix strided_matrix(const ConstView& x, bool transposed) {
  const int first = x.rank() - 2;
  StridedMatrix matrix{x.data,           x.shape[first],       x.shape[first + 1],
                       x.strides[first], x.strides[first + 1], first > 0 ? x.strides[0] : 0};
  if (transposed) {
    std::swap(matrix.rows, matrix.columns);
    std::swap(matrix.row_stride, matrix.column_stride);
  }
  // The stride along an extent of one is never taken: it may as well be that of dense rows.
  if (matrix.columns == 1) matrix.column_stride = 1;
  if (matrix.rows == 1) matrix.row_stride = matrix.columns;
  return matrix;
}

bool library_readable(const StridedMatrix& m) {
  const bool by_rows = m.column_stride == 1 && m.row_stride >= m.columns;
  const bool by_columns = m.row_stride == 1 && m.column_stride >= m.rows;
  return library_aligned(m.data) && (by_rows || by_columns);
}

StridedMatrix dense_copy(const KernelCtx& ctx, const ConstView& source, bool transposed) {
  return strided_matrix(library_operand(ctx, source), transposed);
}

}  // namespace graft::cuda
