// Exact sums for the length of a scope.
#pragma once

#include "graft/core/exactness.h"

namespace graft::testing {

class ExactMode {
 public:
  ExactMode() : outer_(exact()) { set_exact(true); }
  ~ExactMode() { set_exact(outer_); }
  ExactMode(const ExactMode&) = delete;
  ExactMode& operator=(const ExactMode&) = delete;

 private:
  bool outer_;
};

}  // namespace graft::testing
