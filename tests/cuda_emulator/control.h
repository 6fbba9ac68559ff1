// What a test may do to the emulated device, and what it may ask.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cuda_emulator/runtime_api.h"

namespace graft::emulator {

/// The n-th device allocation from now on fails (1: the next), once; 0: none does.
void fail_allocation(int n);
/// The next launch, copy or wait, and all calls after it, return `error`, as after a kernel that
/// read a bad address. cudaSuccess mends the device.
void break_device(cudaError_t error);

/// While it lives the host can touch device memory in launches and copies only: a device pointer
/// used on the host is a crash, not a result. Opening and closing takes its time.
class ClosedMemory {
 public:
  ClosedMemory();
  ~ClosedMemory();
  ClosedMemory(const ClosedMemory&) = delete;
  ClosedMemory& operator=(const ClosedMemory&) = delete;
};

/// Device blocks not yet freed.
size_t live_blocks();
/// Kernel launches so far, those of replayed captures included.
size_t launches();
/// What was found at the ends of blocks when they were freed, since the last call: "wrote beyond
/// the end of a block of 80 bytes".
std::vector<std::string> take_violations();

}  // namespace graft::emulator
