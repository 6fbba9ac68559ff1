// Matrix products by cuBLASLt.
#pragma once

#include <compare>
#include <cstdint>

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"

namespace graft::cuda {

/// What a product computes beside C, or adds to it, while its operands are in registers. ReLU is
/// not among them, for cuBLASLt's takes NaN for 0; nor is its gradient (DRELU), for that reads the
/// mask which this ReLU writes.
enum class ProductEpilogue : uint8_t {
  None,
  AddBias,  ///< C[m,n] += bias[n]
  SumLeft,  ///< sums[m] = sum of op(A)[m,k] over k: of dW = dY^T X, the gradient towards the bias
};

/// C[b] = op(A[b]) op(B[b]), row-major: op(A) is [m,k], op(B) [k,n], C [m,n] without
/// gaps. A row of the stored matrix follows the one before it after a_stride (b_stride) elements,
/// a matrix of the batch after a_batch (b_batch).
struct ProductCase {
  DType dtype = DType::F32;
  int device = 0;
  int64_t m = 0, n = 0, k = 0, batch = 1;
  bool transpose_a = false, transpose_b = false;
  int64_t a_stride = 0, b_stride = 0, a_batch = 0, b_batch = 0;
  ProductEpilogue epilogue = ProductEpilogue::None;  ///< others neither in f64 nor in batches
  bool tf32 = false;                                 ///< f32 factors may be rounded to TF32
  friend auto operator<=>(const ProductCase&, const ProductCase&) = default;
};

/// All library_aligned(); bias and sums null unless the epilogue has them.
struct ProductData {
  const void *a, *b;
  void* c;
  const void* bias = nullptr;
  void* sums = nullptr;
};

/// Runs the case if cuBLASLt has an algorithm for it that repeats its bits. False: nothing was
/// done.
bool blas_product(const KernelCtx& ctx, const ProductCase& of, const ProductData& data);

}  // namespace graft::cuda
