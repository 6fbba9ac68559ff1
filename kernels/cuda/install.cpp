// Puts every CUDA kernel into its slot. A kernel that was forgotten is a link error with its name.
#include "graft/kernels/cuda/kernels.h"

namespace graft::cuda {

void install_kernels(SlotTable& table) {
  constexpr size_t kCuda = static_cast<size_t>(DeviceType::Cuda);
#define SLOT(name, ...) table.name.kernel[kCuda] = &cuda::name;
#define SLOT_CPU(name, ...)
#include "graft/core/kernel_slots.def"
#undef SLOT
}

}  // namespace graft::cuda
