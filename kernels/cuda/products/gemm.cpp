#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/cuda/products/product.h"

namespace graft::cuda {

void gemm(const KernelCtx& ctx, ConstView a, bool transpose_a, ConstView b, bool transpose_b,
          View c) {
  product(ctx, a, transpose_a, b, transpose_b, {}, Activation::None, c);
}

void linear(const KernelCtx& ctx, ConstView x, ConstView w, ConstView bias, Activation activation,
            View y) {
  product(ctx, x, false, w, true, bias, activation, y);
}

void linear_weight_grad(const KernelCtx& ctx, ConstView dy, ConstView x, View dw, View db) {
  if (db && product_with_sums(ctx, dy, true, x, false, db, dw)) return;
  gemm(ctx, dy, true, x, false, dw);
  if (!db) return;
  const int64_t n = db.dim(0);
  reduce(ctx, ReduceKind::Sum, dy, View{{db.data, {1, n}, {n, 1}, db.dtype}});
}

}  // namespace graft::cuda
