// A block of device memory, shared by all tensors that view it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "graft/core/allocator.h"
#include "graft/core/device.h"
#include "graft/core/kept_forms.h"

namespace graft {

/// Owns its memory. The version counts in-place writes; it lives here so that all views share it.
class Storage {
 public:
  /// Uninitialised memory of the device; Error(OutOfMemory).
  Storage(size_t bytes, Stream origin, Allocator& memory);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Device device() const { return origin_.device; }
  const Allocator& memory() const { return memory_; }
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  /// Says that the content was written: whoever computed something from it finds out, and its kept
  /// forms are gone.
  void bump_version() {
    version_.fetch_add(1, std::memory_order_relaxed);
    if (kept_forms_) kept_forms_->clear();
  }

  /// Allows kernels to keep what they derive from the content until the next bump_version(). Not
  /// while another thread uses the storage.
  void keep_forms();
  /// Null before keep_forms().
  KeptForms* kept_forms() const { return kept_forms_.get(); }

  /// The copy of the present content in bf16 that all who keep it for backward share; `make` makes
  /// it if nobody has it (any more). From any thread.
  std::shared_ptr<Storage> rounded_copy(const std::function<std::shared_ptr<Storage>()>& make);

 private:
  void* data_;
  size_t bytes_;
  Stream origin_;
  Allocator& memory_;
  std::atomic<uint32_t> version_{0};
  std::unique_ptr<KeptForms> kept_forms_;
  std::mutex mutex_;  // of what follows
  std::weak_ptr<Storage> rounded_copy_;
  uint32_t rounded_version_ = 0;
};

}  // namespace graft
