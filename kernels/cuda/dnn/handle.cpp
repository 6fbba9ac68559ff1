#include "graft/kernels/cuda/dnn/handle.h"

#include <vector>

#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/dnn/descriptor.h"

namespace graft::cuda {
namespace {

struct Handle {
  cudnnHandle_t handle = nullptr;
  void* stream = nullptr;  // that it is set to
};

struct Handles {
  std::vector<Handle> by_device;
  ~Handles() {
    for (const Handle& one : by_device)
      if (one.handle) cudnnDestroy(one.handle);
  }
};

}  // namespace

cudnnHandle_t dnn_handle(Stream stream) {
  cuda_check(cudaSetDevice(stream.device.index), "cudaSetDevice");
  static thread_local Handles handles;
  const auto index = static_cast<size_t>(stream.device.index);
  if (handles.by_device.size() <= index) handles.by_device.resize(index + 1);
  Handle& own = handles.by_device[index];
  if (!own.handle) dnn_check(cudnnCreate(&own.handle), "cudnnCreate");
  // It asks the driver several questions, whether the stream is another one or not.
  if (own.stream != stream.native) {
    dnn_check(cudnnSetStream(own.handle, static_cast<cudaStream_t>(stream.native)),
              "cudnnSetStream");
    own.stream = stream.native;
  }
  return own.handle;
}

}  // namespace graft::cuda
