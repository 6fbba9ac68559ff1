// A stack of its own for a function that is left and entered again.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace graft::emulator {

/// Where execution was left: on a fiber's stack, or on that of the thread that switches to fibers.
struct Context {
#if defined(__x86_64__)
  void* stack_pointer = nullptr;
#else
  ucontext_t registers;
#endif
  const void* stack = nullptr;  ///< its lowest address and size; for AddressSanitizer
  size_t stack_bytes = 0;
};

/// Leaves the running context and enters another, until someone enters the first again.
void switch_context(Context& from, Context& to);

class Fiber {
 public:
  /// `entry` runs at the first switch and never returns.
  explicit Fiber(void (*entry)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  Context context;

 private:
  void* stack_;
};

}  // namespace graft::emulator
