#include "cuda_emulator/errors.h"

#include <atomic>
#include <utility>

#include "cuda_emulator/control.h"

namespace graft::emulator {
namespace {

thread_local cudaError_t last = cudaSuccess;
std::atomic<cudaError_t> broken = cudaSuccess;

}  // namespace

cudaError_t result(cudaError_t error) {
  if (error != cudaSuccess) last = error;
  return error;
}

cudaError_t device_error() { return broken; }
void break_device(cudaError_t error) { broken = error; }

}  // namespace graft::emulator

cudaError_t cudaGetLastError() {
  using namespace graft::emulator;
  if (device_error() != cudaSuccess) return device_error();
  return std::exchange(last, cudaSuccess);
}

cudaError_t cudaPeekAtLastError() {
  using namespace graft::emulator;
  return device_error() != cudaSuccess ? device_error() : last;
}

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    default:
      return "cudaError";
  }
}

// The Toolkit's words for those that tests meet.
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorInvalidResourceHandle:
      return "invalid resource handle";
    case cudaErrorIllegalAddress:
      return "an illegal memory access was encountered";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    default:
      return "unrecognized error code";
  }
}
