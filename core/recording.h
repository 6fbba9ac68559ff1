// Work that is recorded once and run again as a whole, without the cost of graph, shapes and small
// allocations around its kernels: on the CPU a list of kernel calls, on a GPU one CUDA graph.
#pragma once

#include <functional>
#include <memory>

#include "graft/core/device_backend.h"
#include "graft/core/recorder.h"

namespace graft {

/// Runs on the memory it was recorded with: reads the present values of its operands, which it
/// keeps alive, and overwrites its results, which hold nothing before the first run and whose
/// memory is theirs as long as the recording or anybody else holds them. For one thread at a time.
class Recording {
 public:
  /// Calls `work` once; what that would do on `device` is recorded, and not done. Error(Device)
  /// naming the operation that cannot be recorded: one that needs values on the host, draws random
  /// numbers under a key that is not in memory, or works on another device; Error(OutOfMemory) if
  /// on the CPU its results and intermediate values would take more than `memory_limit` bytes. What
  /// `work` throws comes through.
  Recording(Device device, const std::function<void()>& work, size_t memory_limit = kNoBudget);
  /// Waits for the device.
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// On the stream that was current when it was recorded.
  void run();

 private:
  const Stream stream_;
  Recorder::Result recorded_;
  std::unique_ptr<CapturedWork> captured_;  // null on the CPU
};

}  // namespace graft
