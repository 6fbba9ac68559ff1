// Where the module sets a handle, which only a GPU has, cuDNN is given the description of an H100:
// it plans for that as it would on one.
#include <cudnn.h>

#include <string_view>

#include "graft/kernels/cuda/dnn/descriptor.h"

namespace {

using graft::cuda::Descriptor;

constexpr std::string_view kH100 =
    R"({"deviceName":"NVIDIA H100 80GB HBM3","deviceVer":900,"driverVer":13000,"cudaDeviceId":0,)"
    R"("pciDeviceId":9008,"isTccDriver":0,"supportCoopLaunch":1,"warpSize":32,)"
    R"("multiProcessorCount":132,"maxThreadsPerSM":2048,"maxCtasPerSM":32,)"
    R"("maxRegistersPerSM":65536,"regsPerBlock":65536,"maxThreadsPerBlock":1024,)"
    R"("maxBlockSize":[1024,1024,64],"maxGridSize":[2147483647,65535,65535],)"
    R"("maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":232448,)"
    R"("reservedSharedMemoryPerBlock":1024,"totalGlobalMem":85029158912,"l2CacheSize":52428800,)"
    R"("smClockRateKHz":1980000,"memClockRateKHz":2619000})";

// Never destroyed: cuDNN may go first.
const Descriptor& described_device() {
  static const Descriptor& device = *[] {
    auto* const made = new Descriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    made->set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, kH100.size(),
              kH100.data());
    made->finalize();
    return made;
  }();
  return device;
}

}  // namespace

// The names are the linker's: --wrap.
extern "C" {

cudnnStatus_t __real_cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor,
                                              cudnnBackendAttributeName_t name,
                                              cudnnBackendAttributeType_t type, int64_t count,
                                              const void* values);

cudnnStatus_t __wrap_cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor,
                                              cudnnBackendAttributeName_t name,
                                              cudnnBackendAttributeType_t type, int64_t count,
                                              const void* values) {
  const auto set_device = [&](cudnnBackendAttributeName_t device_name) {
    const cudnnBackendDescriptor_t device = described_device().get();
    return __real_cudnnBackendSetAttribute(descriptor, device_name, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                           1, &device);
  };
  if (name == CUDNN_ATTR_OPERATIONGRAPH_HANDLE) return CUDNN_STATUS_SUCCESS;
  if (name == CUDNN_ATTR_EXECUTION_PLAN_HANDLE)
    return set_device(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  if (name == CUDNN_ATTR_ENGINEHEUR_MODE) {  // they need no handle, but the device
    const cudnnStatus_t status = set_device(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
    if (status != CUDNN_STATUS_SUCCESS) return status;
  }
  return __real_cudnnBackendSetAttribute(descriptor, name, type, count, values);
}

}  // extern "C"
