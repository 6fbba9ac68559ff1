#include "graft/core/cpu_arena.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace graft {
namespace {

// Addresses cost nothing until they are written: as many as the machine has memory, but no more
// than half of what this process may have.
size_t bytes_to_reserve() {
  const auto pages = static_cast<size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  size_t bytes = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    bytes = std::min<size_t>(bytes, limit.rlim_cur / 2);
  return bytes;
}

}  // namespace

CpuArena::~CpuArena() {
  if (base_) munmap(base_, reserved_);
}

void CpuArena::reserve() {
  tried_ = true;
  const size_t bytes = bytes_to_reserve();
  void* const range = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return;
#if defined(MADV_HUGEPAGE)
  madvise(range, bytes, MADV_HUGEPAGE);  // fewer faults and misses of the address cache
#endif
  base_ = static_cast<std::byte*>(range);
  reserved_ = bytes;
  blocks_.push_back({0, bytes, true});
}

void* CpuArena::allocate(size_t bytes) {
  if (!tried_) reserve();
  const size_t length = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (length < bytes) return nullptr;
  auto best = blocks_.end();
  for (auto block = blocks_.begin(); block != blocks_.end(); ++block)
    if (block->free && block->length >= length &&
        (best == blocks_.end() || block->length < best->length))
      best = block;
  if (best == blocks_.end()) return nullptr;
  if (best->length > length) {
    const Block rest{best->begin + length, best->length - length, true};
    best = blocks_.insert(best + 1, rest) - 1;
    best->length = length;
  }
  best->free = false;
  used_ = std::max(used_, best->begin + length);
  return base_ + best->begin;
}

void CpuArena::release(void* data) noexcept {
  const auto begin = static_cast<size_t>(static_cast<std::byte*>(data) - base_);
  auto block = std::lower_bound(blocks_.begin(), blocks_.end(), begin,
                                [](const Block& b, size_t at) { return b.begin < at; });
  block->free = true;
  if (const auto next = block + 1; next != blocks_.end() && next->free) {
    block->length += next->length;
    blocks_.erase(next);
  }
  if (block != blocks_.begin() && (block - 1)->free) {
    (block - 1)->length += block->length;
    blocks_.erase(block);
  }
}

bool CpuArena::owns(const void* data) const {
  const auto at = reinterpret_cast<uintptr_t>(data), first = reinterpret_cast<uintptr_t>(base_);
  return base_ && at >= first && at < first + reserved_;
}

size_t CpuArena::cached() const {
  size_t sum = 0;
  for (const Block& block : blocks_)
    if (block.free && block.begin < used_)
      sum += std::min(block.begin + block.length, used_) - block.begin;
  return sum;
}

void CpuArena::trim() noexcept {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t last_used = 0;
  for (const Block& block : blocks_) {
    const size_t block_end = block.begin + block.length;
    if (!block.free) {
      last_used = block_end;
      continue;
    }
    const size_t first = (block.begin + page - 1) / page * page;
    const size_t end = std::min(block_end / page * page, (used_ + page - 1) / page * page);
    if (first < end) madvise(base_ + first, end - first, MADV_DONTNEED);
  }
  used_ = last_used;
}

}  // namespace graft
