#include "graft/kernels/cuda/device/elementwise.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/functor_switch.h"

namespace graft::cuda {

void unary(const KernelCtx& ctx, UnaryKind kind, ConstView x, View y) {
  with_floating("unary", y.dtype,
                [&]<class T>(T) { with_unary(kind, [&]<class F>(F) { map<F, T>(ctx, x, y); }); });
}

}  // namespace graft::cuda
