// Time on the device between two points of a stream.
#pragma once

#include <cuda_runtime.h>

#include "graft/core/device.h"

namespace graft::cuda {

/// Starts when made. Not during a capture.
class Timer {
 public:
  explicit Timer(Stream stream);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// From the start until what is queued by now is done, for which it waits.
  double seconds();

 private:
  cudaStream_t stream_;
  cudaEvent_t start_ = nullptr, stop_ = nullptr;
};

}  // namespace graft::cuda
