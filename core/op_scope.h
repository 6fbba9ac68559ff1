// Names the running operation, so that an error raised below it (out of memory) can say where.
#pragma once

namespace graft {

/// Declares the operation for the lifetime of the object, on this thread. Nests.
class OpScope {
 public:
  explicit OpScope(const char* name) : outer_(current_) { current_ = name; }
  ~OpScope() { current_ = outer_; }
  OpScope(const OpScope&) = delete;
  OpScope& operator=(const OpScope&) = delete;

  /// Name of the innermost operation, or "graft" outside of any.
  static const char* current() noexcept { return current_; }

 private:
  static thread_local constinit const char* current_;
  const char* outer_;
};

}  // namespace graft
