// The devices of host_device_backend.h for the length of a test.
#pragma once

#include "graft/core/kernel_slots.h"
#include "graft/core/op_scope.h"
#include "support/host_device_backend.h"

namespace graft::testing {

/// Tensors on the devices must be gone before it.
class HostDeviceScope {
 public:
  HostDeviceScope() {
    install_host_kernels(slots());
    install_backend(DeviceType::Cuda, &host_device_backend(&OpScope::current));
  }
  ~HostDeviceScope() {
    install_backend(DeviceType::Cuda, backend_before_);
    slots() = slots_before_;
  }
  HostDeviceScope(const HostDeviceScope&) = delete;
  HostDeviceScope& operator=(const HostDeviceScope&) = delete;

 private:
  DeviceBackend* const backend_before_ = device_backend(DeviceType::Cuda);
  const SlotTable slots_before_ = slots();
};

inline constexpr Device kHostDevice{DeviceType::Cuda, 0};

}  // namespace graft::testing
