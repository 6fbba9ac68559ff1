// Repeats a piece of work and says how long it takes.
#pragma once

#include <functional>

#include "graft/core/device.h"

namespace graft::bench {

using Work = std::function<void()>;

/// Of one call.
struct Seconds {
  double best = 0, median = 0;
};

/// How calls are timed.
struct Repeat {
  double min_seconds = 0.2;
  Device device = {};  ///< that does the work
  /// Waits for the device after each call: latency. Else it waits after some calls at a time, since
  /// the host queues the next while the device works.
  bool wait_each = false;
};

/// After two calls to warm up, at least 5 measurements and `min_seconds` in all. A measurement is a
/// call, or as many as take 50 us; on a device that need not be waited for, 20 ms.
Seconds time_calls(const Repeat& how, const Work& work);

}  // namespace graft::bench
