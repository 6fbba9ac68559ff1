#include "graft/kernels/cuda/backend/events.h"

#include "graft/kernels/cuda/backend/error_check.h"

namespace graft::cuda {

CudaEvent::CudaEvent(int device, bool timing) : device_(device) {
  cuda_check(cudaSetDevice(device), "cudaSetDevice");
  cuda_check(cudaEventCreateWithFlags(&event_, timing ? cudaEventDefault : cudaEventDisableTiming),
             "cudaEventCreateWithFlags");
}

CudaEvent::~CudaEvent() { cudaEventDestroy(event_); }

void CudaEvent::record(Stream stream) {
  cuda_check(cudaSetDevice(device_), "cudaSetDevice");
  cuda_check(cudaEventRecord(event_, static_cast<cudaStream_t>(stream.native)), "cudaEventRecord");
}

void CudaEvent::wait(Stream stream) {
  cuda_check(cudaSetDevice(stream.device.index), "cudaSetDevice");
  cuda_check(cudaStreamWaitEvent(static_cast<cudaStream_t>(stream.native), event_, 0),
             "cudaStreamWaitEvent");
}

void CudaEvent::synchronize() { cuda_check(cudaEventSynchronize(event_), "cudaEventSynchronize"); }

double CudaEvent::seconds_since(const Event& earlier) const {
  float milliseconds = 0;
  cuda_check(
      cudaEventElapsedTime(&milliseconds, static_cast<const CudaEvent&>(earlier).event_, event_),
      "cudaEventElapsedTime");
  return static_cast<double>(milliseconds) * 1e-3;
}

}  // namespace graft::cuda
