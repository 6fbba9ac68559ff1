// The filter's gradient by Winograd's F(4x4, 3x3), see transforms.h.
#pragma once

#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu::winograd {

/// dw [columns][3][3][channels] of a correlation that applies() in choice.h accepts, from x and dy,
/// which lies like y. The 36 products add up all tiles in their order: bits do not depend on the
/// number of threads or the caches.
void filter_grad(const KernelCtx& ctx, const Correlation& c, const float* x, const float* dy,
                 float* dw);

}  // namespace graft::cpu::winograd
