#include "graft/kernels/cuda/device/elementwise.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/dtype_switch.h"
#include "graft/kernels/functor_switch.h"

namespace graft::cuda {
namespace {

template <class F>
struct SecondGradient {
  template <class T>
  __device__ static T f(T g, T k) {
    return g * F::ddf(k);
  }
};

}  // namespace

void unary_grad2(const KernelCtx& ctx, UnaryKind kind, ConstView g, ConstView k, View d) {
  with_floating("unary_grad2", d.dtype, [&]<class T>(T) {
    with_unary(kind, [&]<class F>(F) { combine<SecondGradient<F>, T>(ctx, g, k, d); });
  });
}

}  // namespace graft::cuda
