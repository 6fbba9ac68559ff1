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

}  // namespace graft::cuda
