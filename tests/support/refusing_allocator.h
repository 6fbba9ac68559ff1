// Memory that runs out when a test says so.
#pragma once

#include <atomic>

#include "graft/core/allocator.h"

namespace graft::testing {

/// Stands in front of the allocator of a device while it lives; the device's is the only one of its
/// type in use. What is allocated meanwhile must be gone before it.
class RefusingAllocator final : public Allocator {
 public:
  explicit RefusingAllocator(Device device) : device_(device), inner_(allocator(device)) {
    install_allocator(device.type, this);
  }
  ~RefusingAllocator() override { install_allocator(device_.type, nullptr); }

  /// Allocation n from now on (0: the next) fails as the device's own allocator fails when its
  /// budget is spent; all others succeed.
  void refuse(int64_t n) { left_ = n; }
  /// Whether it has come to that allocation; if not, none is refused from here on.
  bool refused() { return left_.exchange(-1) < 0; }

  void* allocate(size_t bytes, Stream stream) override {
    if (left_-- != 0) return inner_.allocate(bytes, stream);
    inner_.set_budget(0);
    struct Restore {
      Allocator& inner;
      ~Restore() { inner.set_budget(kNoBudget); }
    } const restore{inner_};
    return inner_.allocate(bytes, stream);
  }
  void release(void* data, size_t bytes, Stream stream) noexcept override {
    inner_.release(data, bytes, stream);
  }
  MemoryStats stats() const override { return inner_.stats(); }
  void reset_peak() override { inner_.reset_peak(); }
  void set_budget(size_t bytes) override { inner_.set_budget(bytes); }
  void trim() noexcept override { inner_.trim(); }

 private:
  const Device device_;
  std::atomic<int64_t> left_ = -1;
  Allocator& inner_;
};

}  // namespace graft::testing
