// A block of device memory, shared by all tensors that view it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "graft/core/device.h"

namespace graft {

/// Owns its memory. The version counts in-place writes; it lives here so that all views share it.
class Storage {
 public:
  /// Uninitialised memory from the device's allocator; Error(OutOfMemory).
  Storage(size_t bytes, Stream origin);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Device device() const { return origin_.device; }
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  void bump_version() { version_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void* data_;
  size_t bytes_;
  Stream origin_;
  std::atomic<uint32_t> version_{0};
};

}  // namespace graft
