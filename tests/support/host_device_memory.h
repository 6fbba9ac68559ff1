// Memory of the host that behaves like memory of a device: the host cannot touch it.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "graft/core/allocator.h"

namespace graft::testing {

/// One range of addresses, which only answers while an Access lives: whatever reads or writes it
/// else is killed. Fresh blocks hold NaN. Calls no code of Graft's library, so that a device module
/// can be made of it.
class HostDeviceMemory final : public Allocator {
 public:
  /// `current_op` names the running operation for error texts.
  HostDeviceMemory(int device_index, const char* (*current_op)() noexcept);
  ~HostDeviceMemory() override;

  void* allocate(size_t bytes, Stream stream) override;
  void release(void* data, size_t bytes, Stream stream) noexcept override;
  MemoryStats stats() const override;
  void reset_peak() override;
  void set_budget(size_t bytes) override;
  void trim() noexcept override {}

  /// Opens the memory for kernels and copies. Nests, also over threads.
  class Access {
   public:
    explicit Access(HostDeviceMemory& memory) : memory_(memory) { memory_.open(); }
    ~Access() { memory_.close(); }
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

   private:
    HostDeviceMemory& memory_;
  };

 private:
  void open();
  void close();

  const int index_;
  const char* (*const current_op_)() noexcept;
  std::byte* const base_;
  mutable std::mutex mutex_;
  std::map<size_t, size_t> free_;  // offset -> bytes, never two that touch
  MemoryStats stats_;
  size_t budget_ = kNoBudget;
  int accesses_ = 0;
};

}  // namespace graft::testing
