// Two devices that are all host memory and run the CPU's kernels, under the name of CUDA: whatever
// is written for a device can be tested where there is none.
#pragma once

#include "graft/core/device_backend.h"
#include "graft/core/device_module.h"
#include "graft/core/kernel_slots.h"

namespace graft::testing {

/// Copies between devices and from or to pinned memory are as late as a device may be: they happen
/// when the stream is waited for, or before the next kernel on it. So a missing event, or pinned
/// memory that is reused too early, shows in the result. Nothing can be recorded: begin_capture()
/// is Error(Device).
DeviceBackend& host_device_backend(const char* (*current_op)() noexcept);

/// Fills the CUDA column with the CPU's kernels. `table` must live as long as they are used.
void install_host_kernels(SlotTable& table);

/// From now on the host can touch the memory of the devices: closing it again after each kernel
/// takes its time, where hundreds of megabytes are in use.
void leave_memory_open();

/// Bytes of pinned memory that are not released.
size_t pinned_bytes();

}  // namespace graft::testing
