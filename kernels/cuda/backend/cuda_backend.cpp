#include "graft/kernels/cuda/backend/cuda_backend.h"

#include <string>
#include <utility>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/captured_graph.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/events.h"
#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {
namespace {

cudaStream_t native(Stream stream) { return static_cast<cudaStream_t>(stream.native); }

cudaStream_t new_stream(int index) {
  cuda_check(cudaSetDevice(index), "cudaSetDevice");
  cudaStream_t stream = nullptr;
  cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
             "cudaStreamCreateWithFlags");
  return stream;
}

// A recording would read or write the host's bytes at each launch, when they may be gone.
void check_recordable(const char* what, const void* host, Stream stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  cuda_check(cudaStreamIsCapturing(native(stream), &status), "cudaStreamIsCapturing");
  if (status == cudaStreamCaptureStatusNone) return;
  cudaPointerAttributes attributes{};
  cuda_check(cudaPointerGetAttributes(&attributes, host), "cudaPointerGetAttributes");
  check(attributes.type == cudaMemoryTypeHost, ErrorKind::Device, current_op(), ": ", what,
        " pageable host memory cannot be recorded");
}

void drop_recording(DeviceMemory& blocks, Stream stream) noexcept {
  if (std::unique_ptr<RecordedBlocks> recording = blocks.stop_recording(stream))
    blocks.forget(std::move(recording));
}

}  // namespace

CudaBackend::OneDevice::OneDevice(int index) : memory(index), stream(new_stream(index)) {}

CudaBackend::CudaBackend(int devices) {
  for (int index = 0; index < devices; ++index)
    devices_.push_back(std::make_unique<OneDevice>(index));
}

DeviceInfo CudaBackend::describe(int index) const {
  cudaDeviceProp properties{};
  cuda_check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  DeviceInfo info;
  info.name = properties.name;
  info.architecture = "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
  cuda_check(cudaSetDevice(index), "cudaSetDevice");
  cuda_check(cudaMemGetInfo(&info.free_bytes, &info.memory_bytes), "cudaMemGetInfo");
  return info;
}

Stream CudaBackend::default_stream(int index) {
  return {{DeviceType::Cuda, index}, devices_[static_cast<size_t>(index)]->stream};
}

Stream CudaBackend::create_stream(int index) {
  return {{DeviceType::Cuda, index}, new_stream(index)};
}

void CudaBackend::destroy_stream(Stream stream) noexcept { cudaStreamDestroy(native(stream)); }

void CudaBackend::synchronize(Stream stream) {
  cuda_check(cudaStreamSynchronize(native(stream)), "cudaStreamSynchronize");
}

std::unique_ptr<Event> CudaBackend::create_event(int index, bool timing) {
  return std::make_unique<CudaEvent>(index, timing);
}

void CudaBackend::upload(void* to_device, const void* from_host, size_t bytes, Stream stream) {
  check_recordable("an upload from", from_host, stream);
  cuda_check(cudaMemcpyAsync(to_device, from_host, bytes, cudaMemcpyHostToDevice, native(stream)),
             "cudaMemcpyAsync");
}

void CudaBackend::download(void* to_host, const void* from_device, size_t bytes, Stream stream) {
  check_recordable("a download to", to_host, stream);
  cuda_check(cudaMemcpyAsync(to_host, from_device, bytes, cudaMemcpyDeviceToHost, native(stream)),
             "cudaMemcpyAsync");
}

void CudaBackend::copy(void* to, const void* from, Device source, size_t bytes, Stream stream) {
  if (source == stream.device)
    cuda_check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, native(stream)),
               "cudaMemcpyAsync");
  else
    cuda_check(
        cudaMemcpyPeerAsync(to, stream.device.index, from, source.index, bytes, native(stream)),
        "cudaMemcpyPeerAsync");
}

void* CudaBackend::allocate_host(size_t bytes) {
  void* data = nullptr;
  const cudaError_t error = cudaMallocHost(&data, bytes);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    fail(ErrorKind::OutOfMemory, current_op(), ": out of memory: ", bytes,
         " bytes of pinned host memory");
  }
  cuda_check(error, "cudaMallocHost");
  return data;
}

void CudaBackend::release_host(void* data) noexcept { cudaFreeHost(data); }

// The memory knows of a recording before it begins and until it has ended: in between it may not
// wait for the device.
void CudaBackend::begin_capture(Stream stream) {
  DeviceMemory& blocks = memory(stream.device.index);
  blocks.start_recording(stream);
  // Relaxed: memory for the recording is allocated beside it, and libraries may be used for the
  // first time. What cannot be recorded is refused all the same.
  const cudaError_t error = cudaStreamBeginCapture(native(stream), cudaStreamCaptureModeRelaxed);
  if (error != cudaSuccess) drop_recording(blocks, stream);
  cuda_check(error, "cudaStreamBeginCapture");
}

std::unique_ptr<CapturedWork> CudaBackend::end_capture(Stream stream) {
  DeviceMemory& blocks = memory(stream.device.index);
  cudaGraph_t graph = nullptr;
  const cudaError_t error = cudaStreamEndCapture(native(stream), &graph);
  std::unique_ptr<RecordedBlocks> recording = blocks.stop_recording(stream);
  check(recording != nullptr, ErrorKind::Device, current_op(),
        ": end of a recording that was not begun");
  if (error != cudaSuccess) blocks.forget(std::move(recording));
  cuda_check(error, "cudaStreamEndCapture");
  return std::make_unique<CapturedGraph>(graph, std::move(recording), blocks);
}

void CudaBackend::abandon_capture(Stream stream) noexcept {
  cudaGraph_t graph = nullptr;
  if (cudaStreamEndCapture(native(stream), &graph) == cudaSuccess)
    cudaGraphDestroy(graph);
  else
    cudaGetLastError();
  drop_recording(memory(stream.device.index), stream);
}

}  // namespace graft::cuda
