// Correlation by Winograd's F(4x4, 3x3), see transforms.h.
#pragma once

#include "graft/kernels/cpu/product/correlation.h"
#include "graft/kernels/cpu/winograd/filter.h"

namespace graft::cpu::winograd {

/// As graft::cpu::correlate, for what applies() in choice.h accepts. An element's bits depend
/// neither on the other images nor on the number of threads or the caches: each plane's sum is one
/// chain of multiply-adds in the order of the channels.
void correlate(const KernelCtx& ctx, const Correlation& c, const float* x, const Filter& filter,
               const Epilogue<float>& epilogue, float* y);

}  // namespace graft::cpu::winograd
