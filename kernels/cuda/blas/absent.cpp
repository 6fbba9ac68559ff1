// Where there is no cuBLASLt: the other products serve.
#include "graft/kernels/cuda/blas/product.h"

namespace graft::cuda {

bool blas_product(const KernelCtx&, const ProductCase&, const ProductData&) { return false; }

}  // namespace graft::cuda
