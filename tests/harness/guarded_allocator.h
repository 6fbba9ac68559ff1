// Guarded host memory for a test: while a GuardScope lives, fresh CPU memory is filled with NaN,
// and 256 guard bytes at both ends of every block are checked when it is released. Counters stay
// those of the requests, as if it were not there.
#pragma once

#include <string>
#include <vector>

namespace graft::testing {

/// Does not nest. Blocks that outlive it keep their guards and are still checked.
class GuardScope {
 public:
  GuardScope();
  ~GuardScope();
  GuardScope(const GuardScope&) = delete;
  GuardScope& operator=(const GuardScope&) = delete;
};

/// What was found since the last call: "conv2d: wrote before the start of a block of 80 bytes".
std::vector<std::string> take_guard_violations();

}  // namespace graft::testing
