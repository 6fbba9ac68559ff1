// Declares the CPU kernel of every slot: graft::cpu::NAME(const KernelCtx&, operands...).
// core/kernel_slots.def says what each one computes.
#pragma once

#include "graft/core/kernel_slots.h"

namespace graft::cpu {

#define SLOT(name, ...) void name(const KernelCtx&, __VA_ARGS__);
#include "graft/core/kernel_slots.def"
#undef SLOT

}  // namespace graft::cpu
