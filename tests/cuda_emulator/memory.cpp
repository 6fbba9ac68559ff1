// Memory functions of the runtime: every copy is held against the blocks it is to lie in.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "cuda_emulator/control.h"
#include "cuda_emulator/device_memory.h"
#include "cuda_emulator/errors.h"
#include "cuda_emulator/streams.h"

using namespace graft::emulator;

namespace {

std::atomic<int> allocations_until_failure = 0;

std::mutex pinned_mutex;
std::map<const char*, size_t> pinned;

bool is_pinned(const void* pointer) {
  const std::lock_guard lock(pinned_mutex);
  const auto* const address = static_cast<const char*>(pointer);
  const auto after = pinned.upper_bound(address);
  if (after == pinned.begin()) return false;
  const auto& [first, bytes] = *std::prev(after);
  return address < first + bytes;
}

cudaError_t queue_copy(void* to, const void* from, size_t bytes, cudaStream_t stream) {
  return enqueue(stream, [=] { std::memmove(to, from, bytes); });
}

}  // namespace

namespace graft::emulator {
void fail_allocation(int n) { allocations_until_failure = n; }
}  // namespace graft::emulator

cudaError_t cudaMallocAsync(void** pointer, size_t bytes, cudaStream_t stream) {
  if (device_error() != cudaSuccess) return device_error();
  if (capture_forbids(stream)) return result(cudaErrorStreamCaptureUnsupported);
  const bool fails = allocations_until_failure > 0 && --allocations_until_failure == 0;
  *pointer = fails ? nullptr : take_block(bytes);
  return result(*pointer ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  if (capture_forbids(stream)) return result(cudaErrorStreamCaptureUnsupported);
  return result(free_block(pointer) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaMallocHost(void** pointer, size_t bytes) {
  *pointer = std::malloc(bytes);
  if (!*pointer) return result(cudaErrorMemoryAllocation);
  const std::lock_guard lock(pinned_mutex);
  pinned[static_cast<const char*>(*pointer)] = bytes;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer) {
  const std::lock_guard lock(pinned_mutex);
  if (pinned.erase(static_cast<const char*>(pointer)) == 0) return result(cudaErrorInvalidValue);
  std::free(pointer);
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  *attributes = {on_device(pointer)   ? cudaMemoryTypeDevice
                 : is_pinned(pointer) ? cudaMemoryTypeHost
                                      : cudaMemoryTypeUnregistered,
                 0};
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (to_device != on_device(to) || from_device != on_device(from))
    return result(cudaErrorInvalidMemcpyDirection);
  if ((to_device && !in_block(to, bytes)) || (from_device && !in_block(from, bytes)))
    return result(cudaErrorInvalidValue);
  return queue_copy(to, from, bytes, stream);
}

cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device,
                                size_t bytes, cudaStream_t stream) {
  if (to_device != 0 || from_device != 0) return result(cudaErrorInvalidDevice);
  return cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream);
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  if (!in_block(to, bytes)) return result(cudaErrorInvalidValue);
  return enqueue(stream, [=] { std::memset(to, value, bytes); });
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  *pool = nullptr;
  return result(properties->location.id == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaMallocFromPoolAsync(void** pointer, size_t bytes, cudaMemPool_t,
                                    cudaStream_t stream) {
  return cudaMallocAsync(pointer, bytes, stream);
}

// Freed memory is never kept here.
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  *static_cast<uint64_t*>(value) = used_bytes();
  return cudaSuccess;
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }
