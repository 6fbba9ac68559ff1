#include "graft/kernels/cuda/backend/timer.h"

#include "graft/kernels/cuda/backend/error_check.h"

namespace graft::cuda {

Timer::Timer(Stream stream) : stream_(static_cast<cudaStream_t>(stream.native)) {
  cuda_check(cudaEventCreate(&start_), "cudaEventCreate");
  cuda_check(cudaEventCreate(&stop_), "cudaEventCreate");
  cuda_check(cudaEventRecord(start_, stream_), "cudaEventRecord");
}

Timer::~Timer() {
  if (start_) cudaEventDestroy(start_);
  if (stop_) cudaEventDestroy(stop_);
}

double Timer::seconds() {
  cuda_check(cudaEventRecord(stop_, stream_), "cudaEventRecord");
  cuda_check(cudaEventSynchronize(stop_), "cudaEventSynchronize");
  float milliseconds = 0;
  cuda_check(cudaEventElapsedTime(&milliseconds, start_, stop_), "cudaEventElapsedTime");
  return milliseconds * 1e-3;
}

}  // namespace graft::cuda
