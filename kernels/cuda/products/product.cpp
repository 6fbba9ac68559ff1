#include "graft/kernels/cuda/products/product.h"

#include "graft/kernels/cuda/activate_in_place.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/blas/product.h"
#include "graft/kernels/cuda/contiguous.h"
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

// By cuBLASLt, which reads copies of the factors where it has to; bias and sums may be absent.
// False: c and sums are as they were.
bool library_product(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
                     bool transpose_b, const ConstView& bias, const View& sums, const View& c) {
  StridedMatrix left = strided_matrix(a, transpose_a), right = strided_matrix(b, transpose_b);
  const bool fused = bias || sums;
  if (left.columns == 0 || !library_aligned(c.data) || !library_aligned(sums.data)) return false;
  if (fused && c.dtype == DType::F64) return false;  // there cuBLASLt has no epilogue
  if (!library_readable(left)) left = dense_copy(ctx, a, transpose_a);
  if (!library_readable(right)) right = dense_copy(ctx, b, transpose_b);
  ProductCase of = library_case(ctx, left, right, c);
  if (fused) of.epilogue = sums ? ProductEpilogue::SumLeft : ProductEpilogue::AddBias;
  const ConstView offset = library_operand(ctx, bias);
  return blas_product(ctx, of, {left.data, right.data, c.data, offset.data, sums.data});
}

}  // namespace

void product(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
             bool transpose_b, const ConstView& bias, Activation activation, const View& c) {
  if (c.numel() == 0) return;
  if (library_product(ctx, a, transpose_a, b, transpose_b, bias, {}, c))
    return activate_in_place(ctx, c, activation);
  general_product(ctx, strided_matrix(a, transpose_a), strided_matrix(b, transpose_b),
                  contiguous_operand(ctx, bias), activation, c);
}

bool product_with_sums(const KernelCtx& ctx, const ConstView& a, bool transpose_a,
                       const ConstView& b, bool transpose_b, const View& sums, const View& c) {
  return c.numel() > 0 && library_product(ctx, a, transpose_a, b, transpose_b, {}, sums, c);
}

}  // namespace graft::cuda
