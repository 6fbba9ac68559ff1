#include "graft/kernels/cuda/backend/error_check.h"

#include <mutex>
#include <string>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {
namespace {

// Errors after which every call of this process on the device fails.
bool is_sticky(cudaError_t error) {
  switch (error) {
    case cudaErrorECCUncorrectable:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
      return true;
    default:
      return false;
  }
}

std::string describe(const char* call, cudaError_t error) {
  return std::string(current_op()) + ": " + call + ": " + cudaGetErrorString(error);
}

[[noreturn]] void fail_sticky(const char* call, cudaError_t error) {
  static std::mutex mutex;
  static std::string first;
  const std::lock_guard lock(mutex);
  if (!first.empty())
    fail(ErrorKind::Device, current_op(), ": the device failed before (", first,
         "); this process can go on with the cpu only");
  first = describe(call, error);
  fail(ErrorKind::Device, first, "; this process cannot use the device any more");
}

}  // namespace

void cuda_check(cudaError_t error, const char* call) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // or it would be returned once more, by a call that did nothing wrong
  if (is_sticky(error)) fail_sticky(call, error);
  fail(ErrorKind::Device, describe(call, error));
}

}  // namespace graft::cuda
