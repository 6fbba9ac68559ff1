#include "graft/benchmarks/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "graft/core/stream.h"

namespace graft::bench {
namespace {

constexpr double kDeviceSeconds = 0.02;
constexpr double kHostSeconds = 50e-6;  // for which reading the clock does not count
constexpr double kMostCalls = 1000;     // that a device can be asked to remember

double seconds_of(Device device, int calls, const Work& work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < calls; ++i) work();
  synchronize(device);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int calls_at_a_time(const Repeat& how, const Work& work) {
  if (how.wait_each) return 1;
  const double once = seconds_of(how.device, 1, work);
  const double wanted = how.device.type == DeviceType::Cpu ? kHostSeconds : kDeviceSeconds;
  return static_cast<int>(std::ceil(std::clamp(wanted / once, 1.0, kMostCalls)));
}

}  // namespace

Seconds time_calls(const Repeat& how, const Work& work) {
  seconds_of(how.device, 2, work);
  const int calls = calls_at_a_time(how, work);
  std::vector<double> seconds;  // of a call
  for (double total = 0; seconds.size() < 5 || total < how.min_seconds;
       total += seconds.back() * calls)
    seconds.push_back(seconds_of(how.device, calls, work) / calls);
  std::sort(seconds.begin(), seconds.end());
  return {seconds.front(), seconds[seconds.size() / 2]};
}

}  // namespace graft::bench
