// Correlation of images of one channel towards so few columns that several pixels of the result fit
// into a vector: x is repeated pixel by pixel, so that a vector of it stands beside one of y.
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

template <class T>
bool one_channel_applies(const Correlation& c);

/// w [columns][rows][cols]
template <class T>
void one_channel_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* w,
                           const Epilogue<T>& epilogue, T* y);

/// dw [columns][rows][cols], from the geometry of the forward pass.
template <class T>
void one_channel_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                             T* dw);

}  // namespace graft::cpu
