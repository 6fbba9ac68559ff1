// A piece of work queued on a device once and launched again as a whole: a CUDA graph.
#pragma once

#include <memory>

#include "graft/benchmarks/timing.h"
#include "graft/core/device_backend.h"

namespace graft::bench {

class RecordedWork {
 public:
  /// Runs `work` twice first, so that what is made on first use (an optimizer's state, plans) is
  /// there; then records it. Error(Device) if it cannot be recorded, or `device` is the CPU.
  RecordedWork(Device device, const Work& work);

  /// Queues it on the current stream of the device.
  void launch() const;

 private:
  Device device_;
  std::unique_ptr<CapturedWork> recording_;
};

}  // namespace graft::bench
