// Host memory of recorded work.
#pragma once

#include <memory>
#include <mutex>

#include "graft/core/allocator.h"
#include "graft/core/recorded_blocks.h"

namespace graft {

/// Gets its blocks from another allocator, which must outlive it, and gives them back together.
class RecordedMemory final : public Allocator {
 public:
  struct Retire {
    void operator()(RecordedMemory* memory) const { memory->retire(); }
  };
  /// To let go of it is to say that the work is gone. What is in use then lives on, and the object
  /// with it, until it is released.
  using Handle = std::unique_ptr<RecordedMemory, Retire>;
  /// Allocations that would make it larger than `limit` bytes are Error(OutOfMemory).
  static Handle create(Allocator& source, size_t limit) {
    return Handle(new RecordedMemory(source, limit));
  }

  void* allocate(size_t bytes, Stream stream) override;
  void release(void* data, size_t bytes, Stream stream) noexcept override;
  MemoryStats stats() const override { return source_.stats(); }
  void reset_peak() override { source_.reset_peak(); }
  void set_budget(size_t bytes) override { source_.set_budget(bytes); }
  void trim() noexcept override { source_.trim(); }

 private:
  RecordedMemory(Allocator& source, size_t limit) : source_(source), left_(limit) {}
  ~RecordedMemory() override;
  void retire() noexcept;

  Allocator& source_;
  std::mutex mutex_;
  RecordedBlocks blocks_;
  size_t left_;  // of the limit
  size_t in_use_ = 0;
  bool retired_ = false;
};

}  // namespace graft
