// Other numerics for the length of a scope.
#pragma once

#include "graft/core/numerics.h"

namespace graft::testing {

class NumericsScope {
 public:
  explicit NumericsScope(Numerics wanted) { set_numerics(wanted); }
  ~NumericsScope() { set_numerics(outer_); }
  NumericsScope(const NumericsScope&) = delete;
  NumericsScope& operator=(const NumericsScope&) = delete;

 private:
  const Numerics outer_ = numerics();
};

}  // namespace graft::testing
