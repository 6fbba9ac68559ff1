#include "graft/core/device_backend.h"

#include <array>
#include <atomic>

#include "graft/core/error.h"
#include "graft/core/op_scope.h"

namespace graft {
namespace {
std::array<std::atomic<DeviceBackend*>, kDeviceTypes> backends{};
}

DeviceBackend* device_backend(DeviceType type) noexcept {
  return backends[static_cast<size_t>(type)].load(std::memory_order_acquire);
}

DeviceBackend& require_backend(Device device) {
  DeviceBackend* const found = device_backend(device.type);
  check(found != nullptr && device.index < found->device_count(), ErrorKind::Device,
        OpScope::current(), ": device ", device, " is not available");
  return *found;
}

void install_backend(DeviceType type, DeviceBackend* backend) noexcept {
  backends[static_cast<size_t>(type)].store(backend, std::memory_order_release);
}

}  // namespace graft
