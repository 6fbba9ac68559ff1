// OpenBLAS as the other way to multiply matrices in the slot gemm, beside Graft's own: a yardstick.
// Dense layers and convolutions never use it. Chosen by the environment variable GRAFT_BLAS (own,
// openblas).
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"

namespace graft::cpu {

/// True if GRAFT_BLAS says openblas. Error(Argument) for an unknown word, or if this build has no
/// OpenBLAS.
bool uses_openblas();

/// As the slot gemm, for f32 and f64. Rows in tiles fixed by shape, one thread a call with our own
/// pool above: bits do not change with the thread count. (They do with the number of rows.)
template <class T>
void openblas_gemm(const KernelCtx& ctx, const ConstView& a, bool transpose_a, const ConstView& b,
                   bool transpose_b, const View& c);

}  // namespace graft::cpu
