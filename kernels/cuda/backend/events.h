// Points in streams.
#pragma once

#include <cuda_runtime.h>

#include "graft/core/device_backend.h"

namespace graft::cuda {

class CudaEvent final : public Event {
 public:
  CudaEvent(int device, bool timing);
  ~CudaEvent() override;
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  void record(Stream stream) override;
  void wait(Stream stream) override;
  void synchronize() override;
  double seconds_since(const Event& earlier) const override;

 private:
  int device_;
  cudaEvent_t event_ = nullptr;
};

}  // namespace graft::cuda
