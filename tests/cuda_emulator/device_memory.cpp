#include "cuda_emulator/device_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <new>
#include <utility>

#include "cuda_emulator/control.h"

namespace graft::emulator {
namespace {

constexpr size_t kGuard = 256, kAlignment = 256, kPage = 4096;
constexpr unsigned char kFresh = 0xff;  // NaN in every floating type, -1 in the integers

// NaN too, but not that of fresh memory.
unsigned char guard_byte(size_t offset) { return offset % 2 ? 0xff : 0xfe; }

size_t rounded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Blocks by address, first fit.
struct Memory {
  std::recursive_mutex mutex;
  unsigned char* start = nullptr;
  size_t reach = 0;     // bytes that were ever handed out: all that is opened and closed
  int open = 0;         // Accesses alive
  bool closed = false;  // to the host, without one
  std::map<size_t, size_t> blocks;  // offset -> bytes asked for
  size_t used = 0;
  std::vector<std::string> violations;

  Memory() {
    void* const range =
        mmap(nullptr, kDeviceBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) throw std::bad_alloc();
    start = static_cast<unsigned char*>(range);
  }

  // Whole pages: what lies before `from` on its page has the same rights.
  void protect(size_t from, size_t to, int rights) {
    from -= from % kPage;
    if (to > from && mprotect(start + from, to - from, rights) != 0) throw std::bad_alloc();
  }

  // The lowest gap of `span` bytes; kDeviceBytes if there is none.
  size_t gap(size_t span) const {
    size_t at = 0;
    for (const auto& [offset, bytes] : blocks) {
      if (offset - kGuard >= at + span) return at;
      at = offset + rounded(bytes) + kGuard;
    }
    return at + span <= kDeviceBytes ? at : kDeviceBytes;
  }
};

// Never destroyed: memory of static lifetime may be freed after anything else.
Memory& memory() {
  static Memory* const instance = new Memory;
  return *instance;
}

size_t offset_of(const void* data) {
  return static_cast<size_t>(static_cast<const unsigned char*>(data) - memory().start);
}

void write_guard(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) memory().start[i] = guard_byte(i);
}

bool intact(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    if (memory().start[i] != guard_byte(i)) return false;
  return true;
}

}  // namespace

Access::Access() : lock_(memory().mutex) {
  if (memory().open++ == 0 && memory().closed)
    memory().protect(0, memory().reach, PROT_READ | PROT_WRITE);
}
Access::~Access() {
  if (--memory().open == 0 && memory().closed) memory().protect(0, memory().reach, PROT_NONE);
}

ClosedMemory::ClosedMemory() {
  const Access access;
  memory().closed = true;
}
ClosedMemory::~ClosedMemory() {
  const Access access;
  memory().closed = false;
}

void* take_block(size_t bytes) {
  const Access access;
  Memory& m = memory();
  if (bytes > kDeviceBytes) return nullptr;
  const size_t span = rounded(bytes) + 2 * kGuard, at = m.gap(span);
  if (at == kDeviceBytes) return nullptr;
  m.protect(m.reach, at + span, PROT_READ | PROT_WRITE);
  m.reach = std::max(m.reach, at + span);
  const size_t first = at + kGuard;
  unsigned char* const data = m.start + first;
  std::memset(data, kFresh, bytes);
  write_guard(at, first);
  write_guard(first + bytes, at + span);
  m.blocks[first] = bytes;
  m.used += bytes;
  return data;
}

bool free_block(void* data) {
  const Access access;
  Memory& m = memory();
  const auto it = on_device(data) ? m.blocks.find(offset_of(data)) : m.blocks.end();
  if (it == m.blocks.end()) return false;
  const auto [first, bytes] = *it;
  const std::string of = " of a block of " + std::to_string(bytes) + " bytes";
  if (!intact(first - kGuard, first)) m.violations.push_back("wrote before the start" + of);
  if (!intact(first + bytes, first + rounded(bytes) + kGuard))
    m.violations.push_back("wrote beyond the end" + of);
  m.blocks.erase(it);
  m.used -= bytes;
  return true;
}

bool on_device(const void* data) {
  return data >= memory().start && data < memory().start + kDeviceBytes;
}

bool in_block(const void* data, size_t bytes) {
  const std::lock_guard lock(memory().mutex);
  if (!on_device(data)) return false;
  const size_t offset = offset_of(data);
  const auto after = memory().blocks.upper_bound(offset);
  if (after == memory().blocks.begin()) return false;
  const auto& [first, size] = *std::prev(after);
  return offset + bytes <= first + size;
}

size_t used_bytes() {
  const std::lock_guard lock(memory().mutex);
  return memory().used;
}

size_t live_blocks() {
  const std::lock_guard lock(memory().mutex);
  return memory().blocks.size();
}

std::vector<std::string> take_violations() {
  const std::lock_guard lock(memory().mutex);
  return std::exchange(memory().violations, {});
}

}  // namespace graft::emulator
