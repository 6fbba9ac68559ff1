#include "graft/kernels/cuda/device/elementwise.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/functor_switch.h"

namespace graft::cuda {

void binary(const KernelCtx& ctx, BinaryKind kind, ConstView a, ConstView b, View y) {
  with_floating("binary", y.dtype, [&]<class T>(T) {
    with_binary(kind, [&]<class F>(F) { combine<F, T>(ctx, a, b, y); });
  });
}

}  // namespace graft::cuda
