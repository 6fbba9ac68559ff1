// Puts every CPU kernel into its slot. A kernel that was forgotten is a link error with its name.
#include "graft/kernels/cpu/kernels.h"

namespace graft {

void install_cpu_kernels(SlotTable& table) {
  constexpr size_t kCpu = static_cast<size_t>(DeviceType::Cpu);
#define SLOT(name, ...) table.name.kernel[kCpu] = &cpu::name;
#include "graft/core/kernel_slots.def"
#undef SLOT
}

}  // namespace graft
