// The memory of the emulated device: a range of addresses of its own.
#pragma once

#include <cstddef>
#include <mutex>

namespace graft::emulator {

inline constexpr size_t kDeviceBytes = size_t{4} << 30;

/// Held by everything that works on the device: opens its memory (ClosedMemory, control.h), and
/// lets one thread in at a time.
class Access {
 public:
  Access();
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// 256-byte aligned and filled with NaN, between guards; null if there is no room.
void* take_block(size_t bytes);
/// False if no block starts there.
bool free_block(void* data);
/// Whether the bytes lie in one block.
bool in_block(const void* data, size_t bytes);
/// Whether the address belongs to the device at all.
bool on_device(const void* data);
size_t used_bytes();

}  // namespace graft::emulator
