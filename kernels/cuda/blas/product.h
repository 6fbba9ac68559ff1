// Matrix products by cuBLASLt.
#pragma once

#include <compare>
#include <cstdint>

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"

namespace graft::cuda {

/// C[b] = op(A[b]) op(B[b]) + bias, row-major: op(A) is [m,k], op(B) [k,n], C [m,n] without
/// gaps. A row of the stored matrix follows the one before it after a_stride (b_stride) elements,
/// a matrix of the batch after a_batch (b_batch).
struct ProductCase {
  DType dtype = DType::F32;
  int device = 0;
  int64_t m = 0, n = 0, k = 0, batch = 1;
  bool transpose_a = false, transpose_b = false;
  int64_t a_stride = 0, b_stride = 0, a_batch = 0, b_batch = 0;
  bool bias = false;
  bool tf32 = false;  ///< f32 factors may be rounded to TF32
  friend auto operator<=>(const ProductCase&, const ProductCase&) = default;
};

/// Runs the case if cuBLASLt has an algorithm for it that repeats its bits. False: nothing was
/// done. All operands library_aligned().
bool blas_product(const KernelCtx& ctx, const ProductCase& of, const void* a, const void* b,
                  const void* bias, void* c);

}  // namespace graft::cuda
