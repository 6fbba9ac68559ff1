// Whether operations on this thread record a graph.
#pragma once

namespace graft {

/// True at thread start.
bool grad_enabled() noexcept;

/// Sets the mode for the lifetime of the object. NoGrad is GradMode(false).
class GradMode {
 public:
  explicit GradMode(bool enabled) noexcept;
  ~GradMode();
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool outer_;
};

struct NoGrad : GradMode {
  NoGrad() noexcept : GradMode(false) {}
};

}  // namespace graft
