#include <cstdio>

#include "cuda_emulator/device_memory.h"
#include "cuda_emulator/errors.h"
#include "cuda_emulator/runtime_api.h"

using graft::emulator::result;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return result(cudaErrorInvalidDevice);
  *properties = {};
  std::snprintf(properties->name, sizeof properties->name, "emulated on the host");
  properties->totalGlobalMem = graft::emulator::kDeviceBytes;
  properties->major = 9;
  properties->multiProcessorCount = 132;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device != 0 || attribute != cudaDevAttrMultiProcessorCount)
    return result(cudaErrorInvalidValue);
  *value = 132;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  return result(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  *total = graft::emulator::kDeviceBytes;
  *free = *total - graft::emulator::used_bytes();
  return cudaSuccess;
}
