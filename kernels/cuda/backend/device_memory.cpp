#include "graft/kernels/cuda/backend/device_memory.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {
namespace {

cudaStream_t native(Stream stream) { return static_cast<cudaStream_t>(stream.native); }

}  // namespace

DeviceMemory::DeviceMemory(int index) : index_(index) {
  cuda_check(cudaSetDevice(index), "cudaSetDevice");
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = index;
  cuda_check(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
  uint64_t keep_all = std::numeric_limits<uint64_t>::max();
  cuda_check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep_all),
             "cudaMemPoolSetAttribute");
  cuda_check(cudaStreamCreateWithFlags(&beside_, cudaStreamNonBlocking),
             "cudaStreamCreateWithFlags");
}

void* DeviceMemory::allocate(size_t bytes, Stream stream) {
  const std::lock_guard lock(mutex_);
  RecordedBlocks* const recording = recording_on(native(stream));
  if (void* const data = recording ? recording->reuse(bytes) : nullptr) {
    ++stats_.allocations;
    return data;
  }
  check(bytes <= budget_ && stats_.live <= budget_ - bytes, ErrorKind::OutOfMemory, current_op(),
        ": out of memory: ", bytes, " bytes on ", stream.device, " would exceed the budget of ",
        budget_, " (", stats_.live, " in use)");
  void* const data =
      recording ? block_for_recording(*recording, bytes) : block(bytes, native(stream));
  check(data != nullptr, ErrorKind::OutOfMemory, current_op(), ": out of memory: ", bytes,
        " bytes on ", stream.device, " (", stats_.live, " in use)");
  stats_.live += bytes;
  stats_.peak = std::max(stats_.peak, stats_.live);
  ++stats_.allocations;
  return data;
}

// Null if the device refuses even after the pool was emptied.
void* DeviceMemory::block(size_t bytes, cudaStream_t stream) {
  cuda_check(cudaSetDevice(index_), "cudaSetDevice");
  void* data = nullptr;
  const size_t asked = std::max<size_t>(bytes, 1);
  cudaError_t error = cudaMallocFromPoolAsync(&data, asked, pool_, stream);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    free_cached();
    error = cudaMallocFromPoolAsync(&data, asked, pool_, stream);
  }
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  cuda_check(error, "cudaMallocFromPoolAsync");
  return data;
}

void* DeviceMemory::block_for_recording(RecordedBlocks& recording, size_t bytes) {
  void* const data = block(bytes, beside_);
  if (!data) return nullptr;
  cuda_check(cudaStreamSynchronize(beside_), "cudaStreamSynchronize");
  recording.add(data, bytes);
  owner_[data] = &recording;
  return data;
}

// An error of the device cannot be told here; the next call raises it.
void DeviceMemory::release(void* data, size_t bytes, Stream stream) noexcept {
  const std::lock_guard lock(mutex_);
  if (const auto owned = owner_.find(data); owned != owner_.end())
    return owned->second->release(data);
  if (RecordedBlocks* const recording = recording_on(native(stream))) {
    recording->adopt(data, bytes);
    owner_[data] = recording;
    return;
  }
  stats_.live -= bytes;
  cudaSetDevice(index_);
  cudaFreeAsync(data, native(stream));
}

MemoryStats DeviceMemory::stats() const {
  const std::lock_guard lock(mutex_);
  MemoryStats stats = stats_;
  uint64_t reserved = 0, used = 0;
  cuda_check(cudaMemPoolGetAttribute(pool_, cudaMemPoolAttrReservedMemCurrent, &reserved),
             "cudaMemPoolGetAttribute");
  cuda_check(cudaMemPoolGetAttribute(pool_, cudaMemPoolAttrUsedMemCurrent, &used),
             "cudaMemPoolGetAttribute");
  stats.cached = reserved - used;
  return stats;
}

void DeviceMemory::reset_peak() {
  const std::lock_guard lock(mutex_);
  stats_.peak = stats_.live;
}

void DeviceMemory::set_budget(size_t bytes) {
  const std::lock_guard lock(mutex_);
  budget_ = bytes;
}

void DeviceMemory::trim() noexcept {
  const std::lock_guard lock(mutex_);
  free_cached();
}

// What was freed in the order of a stream that has not come that far is not free yet: wait for it,
// unless a recording forbids that.
void DeviceMemory::free_cached() noexcept {
  cudaSetDevice(index_);
  if (recording_.empty()) cudaDeviceSynchronize();
  cudaMemPoolTrimTo(pool_, 0);
}

RecordedBlocks* DeviceMemory::recording_on(cudaStream_t stream) const {
  const auto found = recording_.find(stream);
  return found == recording_.end() ? nullptr : found->second.get();
}

void DeviceMemory::start_recording(Stream stream) {
  const std::lock_guard lock(mutex_);
  auto& recording = recording_[native(stream)];
  check(recording == nullptr, ErrorKind::Device, current_op(),
        ": a recording on this stream has not ended");
  recording = std::make_unique<RecordedBlocks>();
}

std::unique_ptr<RecordedBlocks> DeviceMemory::stop_recording(Stream stream) noexcept {
  const std::lock_guard lock(mutex_);
  auto node = recording_.extract(native(stream));
  if (recording_.empty()) free_forgotten();
  return node ? std::move(node.mapped()) : nullptr;
}

void DeviceMemory::forget(std::unique_ptr<RecordedBlocks> recording) noexcept {
  const std::lock_guard lock(mutex_);
  forgotten_.push_back(std::move(recording));
  if (recording_.empty()) free_forgotten();
}

// Blocks still in use become ordinary ones.
void DeviceMemory::free_forgotten() noexcept {
  if (forgotten_.empty()) return;
  cudaSetDevice(index_);
  cudaDeviceSynchronize();  // the work may have been launched on any stream
  for (const std::unique_ptr<RecordedBlocks>& recording : forgotten_) {
    for (const auto& [data, block] : recording->blocks()) {
      owner_.erase(data);
      stats_.live -= block.in_use ? block.bytes - block.asked : block.bytes;
      if (!block.in_use) cudaFreeAsync(data, beside_);
    }
  }
  forgotten_.clear();
}

}  // namespace graft::cuda
