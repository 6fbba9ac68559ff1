// The seam between operations and kernels: one typed function pointer per kernel and device.
//
// core/kernel_slots.def lists the kernels. kernels/install.cpp fills the CPU column (a forgotten
// kernel is a link error with its name); a device module is handed the table and fills its own.
#pragma once

#include <array>
#include <span>

#include "graft/core/elementwise.h"
#include "graft/core/kernel_ctx.h"
#include "graft/core/op_params.h"
#include "graft/core/optim_steps.h"
#include "graft/core/random.h"
#include "graft/core/view.h"

namespace graft {

template <class Signature>
struct Slot;

template <class... Args>
struct Slot<void(Args...)> {
  const char* name;
  std::array<void (*)(const KernelCtx&, Args...), kDeviceTypes> kernel{};
};

struct SlotTable {
#define SLOT(name, ...) Slot<void(__VA_ARGS__)> name{#name};
#include "graft/core/kernel_slots.def"
#undef SLOT
};

/// The table, with the CPU kernels installed on first use. Read-only after start-up.
SlotTable& slots();

/// Fills the CPU column; defined by kernels/install.cpp, so that core needs no include of kernels.
void install_cpu_kernels(SlotTable& table);

}  // namespace graft
