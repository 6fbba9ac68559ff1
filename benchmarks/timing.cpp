#include "graft/benchmarks/timing.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace graft::bench {

Seconds time_calls(double min_seconds, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  work();
  std::vector<double> seconds;
  for (double total = 0; seconds.size() < 5 || total < min_seconds; total += seconds.back()) {
    const Clock::time_point start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return {seconds.front(), seconds[seconds.size() / 2]};
}

}  // namespace graft::bench
