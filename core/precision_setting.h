// A setting of the process in which precision some part of the work is done.
#pragma once

#include <atomic>

#include "graft/core/exactness.h"
#include "graft/core/op_params.h"

namespace graft {

/// Full at the start, and while exact(). From any thread.
class PrecisionSetting {
 public:
  Precision get() const noexcept {
    return exact() ? Precision::Full : wanted_.load(std::memory_order_relaxed);
  }
  void set(Precision wanted) noexcept { wanted_.store(wanted, std::memory_order_relaxed); }

 private:
  std::atomic<Precision> wanted_{Precision::Full};
};

}  // namespace graft
