// Correlation with one window for each channel, vectorised over the channels.
#pragma once

#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

/// c.groups channels; weights [rows][cols][channels].
template <class T>
void depthwise_correlate(const KernelCtx& ctx, const Correlation& c, const T* x, const T* weights,
                         const Epilogue<T>& epilogue, T* y);

/// dw [channels][rows][cols], from the geometry of the forward pass.
template <class T>
void depthwise_filter_grad(const KernelCtx& ctx, const Correlation& c, const T* x, const T* dy,
                           T* dw);

}  // namespace graft::cpu
