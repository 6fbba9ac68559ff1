#include "graft/kernels/cuda/products/product.h"

#include "graft/kernels/cuda/activate_in_place.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/blas/product.h"
#include "graft/kernels/cuda/library_operand.h"
#include "graft/kernels/cuda/products/general_product.h"
#include "graft/kernels/cuda/products/matrix.h"

namespace graft::cuda {
namespace {

// Of a matrix that library_readable(): whether its columns are the rows that lie without gaps.
bool lies_transposed(const StridedMatrix& m) {
  return !(m.column_stride == 1 && m.row_stride >= m.columns);
}

ProductCase library_case(const KernelCtx& ctx, const StridedMatrix& a, const StridedMatrix& b,
                         const View& c) {
  ProductCase of;
  of.dtype = c.dtype;
  of.device = ctx.stream.device.index;
  of.m = a.rows, of.n = b.columns, of.k = a.columns;
  of.batch = c.rank() > 2 ? c.dim(0) : 1;
  of.transpose_a = lies_transposed(a), of.transpose_b = lies_transposed(b);
  of.a_stride = of.transpose_a ? a.column_stride : a.row_stride;
  of.b_stride = of.transpose_b ? b.column_stride : b.row_stride;
  of.a_batch = a.batch_stride, of.b_batch = b.batch_stride;
  of.tf32 = numerics().tf32;
  return of;
}

}  // namespace

void product(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
             bool transpose_b, const ConstView& bias, Activation activation, const View& c) {
  if (c.numel() == 0) return;
  StridedMatrix left = strided_matrix(a, transpose_a), right = strided_matrix(b, transpose_b);
  const ConstView offset = library_operand(ctx, bias);
  const bool fused = !bias || c.dtype != DType::F64;  // cuBLASLt adds no bias in f64
  if (left.columns > 0 && library_aligned(c.data) && fused) {
    if (!library_readable(left)) left = dense_copy(ctx, a, transpose_a);
    if (!library_readable(right)) right = dense_copy(ctx, b, transpose_b);
    ProductCase of = library_case(ctx, left, right, c);
    of.bias = static_cast<bool>(bias);
    // Its activation would take NaN for 0.
    if (blas_product(ctx, of, left.data, right.data, offset.data, c.data))
      return activate_in_place(ctx, c, activation);
  }
  general_product(ctx, left, right, offset, activation, c);
}

}  // namespace graft::cuda
