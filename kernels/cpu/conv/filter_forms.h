// The forms in which convolutions read a dense filter [Cout,KH,KW,Cin/groups]; kept with a constant
// one (derived_form.h).
#pragma once

#include "graft/core/kernel_ctx.h"
#include "graft/core/view.h"
#include "graft/kernels/cpu/product/bf16_panel.h"

namespace graft::cpu {

/// Per group, the B of correlate(): packed as in product/pack.h.
template <class T>
const T* packed_filter(const KernelCtx& ctx, const ConstView& w, int64_t groups);

/// Per group, the B of bf16_correlate().
const Bf16Pair* packed_filter_bf16(const KernelCtx& ctx, const ConstView& w, int64_t groups);

/// A depthwise filter [C,KH,KW,1] as [KH][KW][C].
template <class T>
const T* filter_by_tap(const KernelCtx& ctx, const ConstView& w);

}  // namespace graft::cpu
