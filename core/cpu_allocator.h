// Host memory: blocks cached by size class, so that a training step after the first maps no page.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "graft/core/allocator.h"

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
  // Four classes per power of two: at most a quarter of a block is lost.
  static constexpr size_t kClasses = 4 * 48;

  mutable std::mutex mutex_;
  std::array<std::vector<void*>, kClasses> free_;
  MemoryStats stats_;
  size_t budget_ = kNoBudget;
};

}  // namespace graft
