#include "graft/kernels/cuda/dnn/handle.h"

#include <vector>

#include "graft/kernels/cuda/dnn/descriptor.h"

namespace graft::cuda {
namespace {

struct Handles {
  std::vector<cudnnHandle_t> by_device;
  ~Handles() {
    for (cudnnHandle_t handle : by_device)
      if (handle) cudnnDestroy(handle);
  }
};

}  // namespace

cudnnHandle_t dnn_handle(Stream stream) {
  static thread_local Handles handles;
  const auto index = static_cast<size_t>(stream.device.index);
  if (handles.by_device.size() <= index) handles.by_device.resize(index + 1);
  cudnnHandle_t& handle = handles.by_device[index];
  if (!handle) dnn_check(cudnnCreate(&handle), "cudnnCreate");
  dnn_check(cudnnSetStream(handle, static_cast<cudaStream_t>(stream.native)), "cudnnSetStream");
  return handle;
}

}  // namespace graft::cuda
