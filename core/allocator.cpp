#include "graft/core/allocator.h"

#include <array>

#include "graft/core/cpu_allocator.h"
#include "graft/core/device_backend.h"

namespace graft {
namespace {

std::array<Allocator*, kDeviceTypes> installed{};

}  // namespace

Allocator& allocator(Device device) {
  if (Allocator* const found = installed[static_cast<size_t>(device.type)]) return *found;
  if (device.type != DeviceType::Cpu) return require_backend(device).allocator(device.index);
  // Never destroyed: tensors of static lifetime may outlive any order of destruction.
  static CpuAllocator* const cpu = new CpuAllocator;
  return *cpu;
}

void install_allocator(DeviceType type, Allocator* instance) {
  installed[static_cast<size_t>(type)] = instance;
}

}  // namespace graft
