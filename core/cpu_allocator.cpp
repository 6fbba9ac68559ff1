#include "graft/core/cpu_allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>

#include "graft/core/error.h"
#include "graft/core/op_scope.h"

namespace graft {
namespace {

constexpr size_t kAlignment = 64;

struct SizeClass {
  size_t index;
  size_t block_bytes;
};

// Block sizes (4 + s) / 4 * 2^k for s in 0..3, from 64 bytes on.
SizeClass size_class(size_t bytes) {
  const size_t units = std::max<size_t>(4, (bytes + 15) / 16);
  const size_t exponent = static_cast<size_t>(std::bit_width(units - 1)) - 1;
  const size_t shift = exponent < 2 ? 0 : exponent - 2;
  const size_t quarters = ((units - 1) >> shift) + 1;  // 4..8 in units of 2^shift
  const size_t block = std::max<size_t>((quarters << shift) * 16, kAlignment);
  return {shift * 4 + quarters - 4, (block + kAlignment - 1) / kAlignment * kAlignment};
}

}  // namespace

void* CpuAllocator::allocate(size_t bytes, Stream) {
  std::lock_guard lock(mutex_);
  check(bytes <= budget_ && stats_.live <= budget_ - bytes, ErrorKind::OutOfMemory,
        OpScope::current(), ": out of memory: ", bytes, " bytes on cpu would exceed the budget of ",
        budget_, " (", stats_.live, " in use)");
  void* data = bytes >= kLarge ? large_block(bytes) : nullptr;
  if (!data) data = cached_block(bytes);
  check(data != nullptr, ErrorKind::OutOfMemory, OpScope::current(), ": out of memory: ", bytes,
        " bytes on cpu (", stats_.live, " in use)");
  stats_.live += bytes;
  stats_.peak = std::max(stats_.peak, stats_.live);
  ++stats_.allocations;
  return data;
}

// Null if the arena has no room for it.
void* CpuAllocator::large_block(size_t bytes) {
  try {
    return arena_.allocate(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

// A block of the size class, an old one if there is one; null if the system refuses.
void* CpuAllocator::cached_block(size_t bytes) {
  constexpr size_t kLargest = std::numeric_limits<size_t>::max() / 4;
  if (bytes > kLargest) return nullptr;
  const SizeClass cls = size_class(bytes);
  if (cls.index >= kClasses) return nullptr;
  FreeList& list = free_[cls.index];
  void* data = nullptr;
  if (list.blocks.empty()) {
    data = new_block(list, cls.block_bytes);
  } else {
    data = list.blocks.back();
    list.blocks.pop_back();
    stats_.cached -= cls.block_bytes;
  }
  if (data) ++list.in_use;
  return data;
}

// Null if the system refuses even after the cache was given back.
void* CpuAllocator::new_block(FreeList& list, size_t bytes) {
  try {
    if (list.blocks.capacity() <= list.in_use)
      list.blocks.reserve(std::max<size_t>(16, 2 * list.in_use));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  void* const data = std::aligned_alloc(kAlignment, bytes);
  if (data) return data;
  free_cached();
  return std::aligned_alloc(kAlignment, bytes);
}

void CpuAllocator::release(void* data, size_t bytes, Stream) noexcept {
  const SizeClass cls = size_class(bytes);
  std::lock_guard lock(mutex_);
  stats_.live -= bytes;
  if (arena_.owns(data)) return arena_.release(data);
  FreeList& list = free_[cls.index];
  --list.in_use;
  list.blocks.push_back(data);
  stats_.cached += cls.block_bytes;
}

MemoryStats CpuAllocator::stats() const {
  std::lock_guard lock(mutex_);
  MemoryStats stats = stats_;
  stats.cached += arena_.cached();
  return stats;
}

void CpuAllocator::reset_peak() {
  std::lock_guard lock(mutex_);
  stats_.peak = stats_.live;
}

void CpuAllocator::set_budget(size_t bytes) {
  std::lock_guard lock(mutex_);
  budget_ = bytes;
}

void CpuAllocator::trim() noexcept {
  std::lock_guard lock(mutex_);
  free_cached();
}

void CpuAllocator::free_cached() noexcept {
  for (FreeList& list : free_) {
    for (void* const data : list.blocks) std::free(data);
    list.blocks.clear();
  }
  stats_.cached = 0;
  arena_.trim();
}

}  // namespace graft
