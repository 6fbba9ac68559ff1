#include "graft/kernels/cpu/kernels.h"

namespace graft::cpu {

void linear_weight_grad(const KernelCtx& ctx, ConstView dy, ConstView x, View dw, View db) {
  gemm(ctx, dy, true, x, false, dw);
  if (!db) return;
  const int64_t n = db.dim(0);
  reduce(ctx, ReduceKind::Sum, dy, View{{db.data, {1, n}, {n, 1}, db.dtype}});
}

}  // namespace graft::cpu
