// Repeats a piece of work and says how long it takes.
#pragma once

#include <functional>

namespace graft::bench {

/// Of one call.
struct Seconds {
  double best = 0, median = 0;
};

/// After one call to warm up, at least 5 calls and `min_seconds` in all.
Seconds time_calls(double min_seconds, const std::function<void()>& work);

}  // namespace graft::bench
