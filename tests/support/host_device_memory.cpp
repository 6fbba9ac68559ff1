#include "support/host_device_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "graft/core/error.h"

namespace graft::testing {
namespace {

constexpr size_t kReserved = size_t{1} << 31;  // of addresses: pages come with the first write
constexpr size_t kAlignment = 64;

size_t rounded(size_t bytes) {
  return std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
}

std::byte* reserve() {
  void* const base =
      mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  check(base != MAP_FAILED, ErrorKind::OutOfMemory, "host device: no range of addresses");
  return static_cast<std::byte*>(base);
}

}  // namespace

HostDeviceMemory::HostDeviceMemory(int device_index, const char* (*current_op)() noexcept)
    : index_(device_index), current_op_(current_op), base_(reserve()), free_{{0, kReserved}} {}

HostDeviceMemory::~HostDeviceMemory() { munmap(base_, kReserved); }

void HostDeviceMemory::open() {
  const std::lock_guard lock(mutex_);
  if (accesses_++ == 0) mprotect(base_, kReserved, PROT_READ | PROT_WRITE);
}

void HostDeviceMemory::close() {
  const std::lock_guard lock(mutex_);
  if (--accesses_ == 0) mprotect(base_, kReserved, PROT_NONE);
}

void* HostDeviceMemory::allocate(size_t bytes, Stream) {
  void* data = nullptr;
  {
    const std::lock_guard lock(mutex_);
    check(bytes <= budget_ && stats_.live <= budget_ - bytes, ErrorKind::OutOfMemory, current_op_(),
          ": out of memory: ", bytes, " bytes on cuda:", index_, " would exceed the budget of ",
          budget_, " (", stats_.live, " in use)");
    const auto found = std::ranges::find_if(
        free_, [&](const auto& block) { return block.second >= rounded(bytes); });
    check(found != free_.end(), ErrorKind::OutOfMemory, current_op_(), ": out of memory: ", bytes,
          " bytes on cuda:", index_, " (", stats_.live, " in use)");
    const auto [offset, size] = *found;
    free_.erase(found);
    if (size > rounded(bytes)) free_[offset + rounded(bytes)] = size - rounded(bytes);
    stats_.live += bytes;
    stats_.peak = std::max(stats_.peak, stats_.live);
    ++stats_.allocations;
    data = base_ + offset;
  }
  const Access access(*this);
  std::memset(data, 0xff, bytes);
  return data;
}

void HostDeviceMemory::release(void* data, size_t bytes, Stream) noexcept {
  const std::lock_guard lock(mutex_);
  stats_.live -= bytes;
  const auto offset = static_cast<size_t>(static_cast<std::byte*>(data) - base_);
  auto block = free_.emplace(offset, rounded(bytes)).first;
  if (const auto next = std::next(block);
      next != free_.end() && offset + block->second == next->first) {
    block->second += next->second;
    free_.erase(next);
  }
  if (block == free_.begin()) return;
  const auto before = std::prev(block);
  if (before->first + before->second != offset) return;
  before->second += block->second;
  free_.erase(block);
}

MemoryStats HostDeviceMemory::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void HostDeviceMemory::reset_peak() {
  const std::lock_guard lock(mutex_);
  stats_.peak = stats_.live;
}

void HostDeviceMemory::set_budget(size_t bytes) {
  const std::lock_guard lock(mutex_);
  budget_ = bytes;
}

}  // namespace graft::testing
