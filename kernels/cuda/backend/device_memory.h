// Memory of one device, allocated and freed in the order of a stream, from a pool of our own.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/recorded_blocks.h"

namespace graft::cuda {

/// 256-byte aligned. What is freed stays with the pool until trim(). When the device refuses, freed
/// memory is given back and it is asked once more; Error(OutOfMemory) then. What belongs to a
/// recording is live as long as that is.
class DeviceMemory final : public Allocator {
 public:
  explicit DeviceMemory(int index);

  void* allocate(size_t bytes, Stream stream) override;
  void release(void* data, size_t bytes, Stream stream) noexcept override;
  MemoryStats stats() const override;
  void reset_peak() override;
  void set_budget(size_t bytes) override;
  void trim() noexcept override;

  /// What is allocated and released on `stream` until stop_recording() becomes the recording's.
  /// Error(Device) within another one.
  void start_recording(Stream stream);
  /// To be handed back by forget() when the recorded work is no longer launched.
  std::unique_ptr<RecordedBlocks> stop_recording(Stream stream) noexcept;
  /// Waits until the work is done, and frees; while a recording is being made, which forbids that,
  /// only when it has ended.
  void forget(std::unique_ptr<RecordedBlocks> recording) noexcept;

 private:
  void* block(size_t bytes, cudaStream_t stream);
  void* block_for_recording(RecordedBlocks& recording, size_t bytes);
  RecordedBlocks* recording_on(cudaStream_t stream) const;
  void free_cached() noexcept;
  void free_forgotten() noexcept;

  const int index_;
  cudaMemPool_t pool_ = nullptr;
  cudaStream_t beside_ = nullptr;  // for memory of recordings: their own stream cannot allocate

  mutable std::mutex mutex_;
  MemoryStats stats_;
  size_t budget_ = kNoBudget;
  std::unordered_map<cudaStream_t, std::unique_ptr<RecordedBlocks>> recording_;  // being made
  std::unordered_map<void*, RecordedBlocks*> owner_;        // of blocks that belong to a recording
  std::vector<std::unique_ptr<RecordedBlocks>> forgotten_;  // not yet freed
};

}  // namespace graft::cuda
