// The module's one export: what the program calls after opening it (core/device_module.h).
#include <cuda_runtime.h>

#include <cstdio>
#include <exception>
#include <string>

#include "graft/core/device_module.h"
#include "graft/kernels/cuda/backend/cuda_backend.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/kernels.h"

namespace {

using namespace graft;

DeviceBackend* refuse(const std::string& reason, char* why, size_t size) {
  std::snprintf(why, size, "%s", reason.c_str());
  return nullptr;
}

}  // namespace

extern "C" [[gnu::visibility("default")]] DeviceBackend* graft_backend_init(
    uint32_t abi, const ModuleHost* host, char* why, size_t size) noexcept try {
  const std::string refusal = module_refusal(abi, host, CUDART_VERSION);
  if (!refusal.empty()) return refuse(refusal, why, size);
  cuda::set_host(*host);
  int devices = 0;  // left as it is on an error
  if (const cudaError_t error = cudaGetDeviceCount(&devices); error != cudaSuccess)
    return refuse(cudaGetErrorString(error), why, size);
  if (devices == 0) return refuse("no device", why, size);
  // Never destroyed: tensors of static lifetime may outlive any order of destruction.
  static cuda::CudaBackend* const backend = new cuda::CudaBackend(devices);
  cuda::install_kernels(*host->slots);
  return backend;
} catch (const std::exception& error) {
  return refuse(error.what(), why, size);
}
