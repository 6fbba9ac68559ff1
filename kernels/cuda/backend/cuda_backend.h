// The devices of this machine as the engine sees them (core/device_backend.h).
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <vector>

#include "graft/core/device_backend.h"
#include "graft/kernels/cuda/backend/device_memory.h"

namespace graft::cuda {

class CudaBackend final : public DeviceBackend {
 public:
  /// With a stream and a memory pool on each device; Error(Device).
  explicit CudaBackend(int devices);

  int device_count() const override { return static_cast<int>(devices_.size()); }
  DeviceInfo describe(int index) const override;
  Allocator& allocator(int index) override { return memory(index); }

  Stream default_stream(int index) override;
  Stream create_stream(int index) override;
  void destroy_stream(Stream stream) noexcept override;
  void synchronize(Stream stream) override;
  std::unique_ptr<Event> create_event(int index, bool timing) override;

  void upload(void* to_device, const void* from_host, size_t bytes, Stream stream) override;
  void download(void* to_host, const void* from_device, size_t bytes, Stream stream) override;
  void copy(void* to, const void* from, Device source, size_t bytes, Stream stream) override;

  void* allocate_host(size_t bytes) override;
  void release_host(void* data) noexcept override;

  void begin_capture(Stream stream) override;
  std::unique_ptr<CapturedWork> end_capture(Stream stream) override;
  void abandon_capture(Stream stream) noexcept override;

 private:
  struct OneDevice {
    explicit OneDevice(int index);
    DeviceMemory memory;
    cudaStream_t stream = nullptr;
  };

  DeviceMemory& memory(int index) { return devices_[static_cast<size_t>(index)]->memory; }

  std::vector<std::unique_ptr<OneDevice>> devices_;
};

}  // namespace graft::cuda
