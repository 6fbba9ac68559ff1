// What runs, kernel by kernel: for profilers, and for whoever wants to watch.
#pragma once

#include <cstddef>
#include <span>

#include "graft/core/shape.h"

namespace graft {

struct KernelCall {
  const char* kernel;               ///< the slot's name (kernel_slots.def)
  std::span<const Shape> operands;  ///< of its tensors, in the slot's order; empty where absent
  size_t bytes;                     ///< of all these tensors
  double seconds;                   ///< until it was done: a traced thread waits for its device
};

/// An observer that is told of each kernel that a thread runs, as it ends, on that thread; not of
/// those that are recorded, nor of a recording's runs.
class KernelTrace {
 public:
  virtual ~KernelTrace() = default;
  virtual void on_kernel(const KernelCall& call) = 0;
};

/// Traces the kernels of this thread for the lifetime of the object. Nests: the innermost is told.
class TraceScope {
 public:
  explicit TraceScope(KernelTrace& trace) : outer_(current_) { current_ = &trace; }
  ~TraceScope() { current_ = outer_; }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  /// Null outside of any.
  static KernelTrace* current() noexcept { return current_; }

 private:
  static thread_local constinit KernelTrace* current_;
  KernelTrace* outer_;
};

}  // namespace graft
