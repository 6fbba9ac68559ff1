// Host memory, kept when it is released, so that a training step after the first maps no page:
// small blocks by size class, large ones in an arena.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/cpu_arena.h"

namespace graft {

class CpuAllocator final : public Allocator {
 public:
  ~CpuAllocator() override { trim(); }
  void* allocate(size_t bytes, Stream stream) override;
  void release(void* data, size_t bytes, Stream stream) noexcept override;
  MemoryStats stats() const override;
  void reset_peak() override;
  void set_budget(size_t bytes) override;
  void trim() noexcept override;

 private:
  // Blocks from here on are the arena's, while it has room.
  static constexpr size_t kLarge = 256 << 10;
  // Four classes per power of two: at most a quarter of a block is lost.
  static constexpr size_t kClasses = 4 * 48;

  struct FreeList {
    std::vector<void*> blocks;  // has room for every block of the class: release() cannot fail
    size_t in_use = 0;
  };

  void* large_block(size_t bytes);
  void* cached_block(size_t bytes);
  void* new_block(FreeList& list, size_t bytes);
  void free_cached() noexcept;

  mutable std::mutex mutex_;
  std::array<FreeList, kClasses> free_;
  CpuArena arena_;
  MemoryStats stats_;
  size_t budget_ = kNoBudget;
};

}  // namespace graft
