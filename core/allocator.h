// Memory of a device, with exact counters and an optional budget.
#pragma once

#include <cstddef>
#include <limits>

#include "graft/core/device.h"

namespace graft {

/// Bytes as requested, not as rounded up to a block: tests assert on them to the byte.
struct MemoryStats {
  size_t live = 0;         ///< requested and not yet released
  size_t peak = 0;         ///< largest `live` since the last reset_peak()
  size_t cached = 0;       ///< released and kept for reuse
  size_t allocations = 0;  ///< number of calls to allocate() since the start
};

/// One per device. All members may be called from any thread.
class Allocator {
 public:
  virtual ~Allocator() = default;
  /// 64-byte aligned memory; Error(OutOfMemory) naming the running op and the bytes if the system
  /// or the budget refuses. Zero bytes give a valid, releasable pointer.
  virtual void* allocate(size_t bytes, Stream stream) = 0;
  /// `bytes` as given to allocate().
  virtual void release(void* data, size_t bytes, Stream stream) noexcept = 0;
  virtual MemoryStats stats() const = 0;
  virtual void reset_peak() = 0;
  /// Allocations that would lift `live` above `bytes` fail from now on.
  virtual void set_budget(size_t bytes) = 0;
  /// Gives cached blocks back to the system.
  virtual void trim() noexcept = 0;
};

inline constexpr size_t kNoBudget = std::numeric_limits<size_t>::max();

/// The allocator of a device; Error(Device) if the device is not available.
Allocator& allocator(Device device);

/// Lets a test stand in front of the allocators of a device type (not owned; null takes it away).
/// The old one must still take back its blocks.
void install_allocator(DeviceType type, Allocator* instance);

}  // namespace graft
