#include "harness/guarded_allocator.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include "graft/core/allocator.h"
#include "graft/core/op_scope.h"

namespace graft::testing {
namespace {

// Under AddressSanitizer the guards may not even be read: it cannot see the ends of blocks that the
// allocator below caches and hands out again.
void forbid([[maybe_unused]] const void* guard, [[maybe_unused]] size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(guard, bytes);
#endif
}
void allow([[maybe_unused]] const void* guard, [[maybe_unused]] size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(guard, bytes);
#endif
}

constexpr size_t kGuard = 256;
constexpr unsigned char kFresh = 0xff;  // NaN in every floating type, -1 in the integers

// Alternates, so that a stray copy of fresh memory is seen too; NaN as well, so that a stray read
// shows in the result.
unsigned char guard_byte(size_t i) { return i % 2 ? 0xff : 0xfe; }

void write_guard(unsigned char* guard) {
  for (size_t i = 0; i < kGuard; ++i) guard[i] = guard_byte(i);
  forbid(guard, kGuard);
}

bool intact(const unsigned char* guard) {
  allow(guard, kGuard);
  for (size_t i = 0; i < kGuard; ++i)
    if (guard[i] != guard_byte(i)) return false;
  return true;
}

class GuardedAllocator final : public Allocator {
 public:
  explicit GuardedAllocator(Allocator& inner) : inner_(inner), stats_(inner.stats()) {}

  void* allocate(size_t bytes, Stream stream) override {
    const size_t margin = active ? kGuard : 0;
    auto* const start = static_cast<unsigned char*>(inner_.allocate(bytes + 2 * margin, stream));
    std::lock_guard lock(mutex_);
    stats_.live += bytes;
    stats_.peak = std::max(stats_.peak, stats_.live);
    ++stats_.allocations;
    if (margin == 0) return start;
    write_guard(start);
    std::memset(start + kGuard, kFresh, bytes);
    write_guard(start + kGuard + bytes);
    blocks_[start + kGuard] = {bytes, OpScope::current()};
    return start + kGuard;
  }

  void release(void* data, size_t bytes, Stream stream) noexcept override {
    std::lock_guard lock(mutex_);
    stats_.live -= bytes;
    const auto it = blocks_.find(data);
    if (it == blocks_.end()) return inner_.release(data, bytes, stream);
    const auto [granted, op] = std::move(it->second);
    blocks_.erase(it);
    auto* const first = static_cast<unsigned char*>(data);
    if (bytes != granted) found(op, "released with a wrong size, the end", granted);
    if (!intact(first - kGuard)) found(op, "wrote before the start", granted);
    if (!intact(first + granted)) found(op, "wrote beyond the end", granted);
    inner_.release(first - kGuard, granted + 2 * kGuard, stream);
  }

  MemoryStats stats() const override {
    std::lock_guard lock(mutex_);
    MemoryStats stats = stats_;
    stats.cached = inner_.stats().cached;
    return stats;
  }
  void reset_peak() override {
    std::lock_guard lock(mutex_);
    stats_.peak = stats_.live;
  }
  void set_budget(size_t bytes) override { inner_.set_budget(bytes); }
  void trim() noexcept override { inner_.trim(); }

  std::vector<std::string> take_violations() {
    std::lock_guard lock(mutex_);
    return std::exchange(violations_, {});
  }

  bool active = false;

 private:
  struct Block {
    size_t bytes;
    std::string op;
  };

  void found(const std::string& op, const char* what, size_t bytes) {
    violations_.push_back(op + ": " + what + " of a block of " + std::to_string(bytes) + " bytes");
  }

  Allocator& inner_;
  mutable std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
  MemoryStats stats_;
  std::vector<std::string> violations_;
};

// Installed on first use and never removed: a block may outlive any scope.
GuardedAllocator& guarded() {
  static GuardedAllocator* const instance = [] {
    auto* const made = new GuardedAllocator(allocator(Device{}));
    install_allocator(DeviceType::Cpu, made);
    return made;
  }();
  return *instance;
}

}  // namespace

GuardScope::GuardScope() { guarded().active = true; }
GuardScope::~GuardScope() { guarded().active = false; }

std::vector<std::string> take_guard_violations() { return guarded().take_violations(); }

}  // namespace graft::testing
