// Declares the CUDA kernel of every slot that has one: graft::cuda::NAME(const KernelCtx&,
// operands...). core/kernel_slots.def says what each one computes. All queue their work on
// ctx.stream and return.
#pragma once

#include "graft/core/kernel_slots.h"

namespace graft::cuda {

#define SLOT(name, ...) void name(const KernelCtx&, __VA_ARGS__);
#define SLOT_CPU(name, ...)
#include "graft/core/kernel_slots.def"
#undef SLOT

/// Puts each into its slot.
void install_kernels(SlotTable& table);

}  // namespace graft::cuda
