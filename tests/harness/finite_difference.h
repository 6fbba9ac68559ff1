// Central differences of a scalar function of several arrays.
#pragma once

#include <cmath>

#include "harness/report.h"
#include "harness/sample.h"

namespace graft::testing {

inline constexpr double kStep = 1e-6, kAbsolute = 1e-5, kRelative = 1e-3;

/// Compares `analytic`, one gradient for each array of `point` (absent: not asked), with central
/// differences of `f`: element by element at up to `probes` elements of each array, and along one
/// random direction through all of them. True if they agree.
template <class Function>
bool compare_with_differences(const char* what, Arrays point, const Arrays& analytic, size_t probes,
                              RandomStream& random, Report& report, const Function& f) {
  const auto close = [](double a, double numeric, double scale) {
    return std::abs(a - numeric) <= kAbsolute * scale + kRelative * std::abs(numeric);
  };
  const Arrays centre = point;
  double directional = 0, elements = 0;
  std::vector<Array> directions;
  for (size_t k = 0; k < point.size(); ++k) {
    directions.push_back(analytic[k].present ? random_array(point[k].shape, random) : Array());
    for (size_t i = 0; i < directions[k].size(); ++i, ++elements)
      directional += directions[k].values[i] * analytic[k].values[i];
    const size_t count = std::min(probes, directions[k].size());
    for (size_t probe = 0; probe < count; ++probe) {
      const size_t i = count == directions[k].size()
                           ? probe
                           : random.below(static_cast<uint32_t>(directions[k].size()));
      point[k].values[i] = centre[k].values[i] + kStep;
      const double up = f(point);
      point[k].values[i] = centre[k].values[i] - kStep;
      const double numeric = (up - f(point)) / (2 * kStep);
      point[k].values[i] = centre[k].values[i];
      if (!close(analytic[k].values[i], numeric, 1)) {
        report.fail(what, " towards operand ", k, " [", i, "] is ", analytic[k].values[i],
                    ", central differences say ", numeric);
        return false;
      }
    }
  }
  if (elements == 0) return true;
  const auto moved = [&](double step) {
    for (size_t k = 0; k < point.size(); ++k)
      for (size_t i = 0; i < directions[k].size(); ++i)
        point[k].values[i] = centre[k].values[i] + step * directions[k].values[i];
    return f(point);
  };
  const double up = moved(kStep), numeric = (up - moved(-kStep)) / (2 * kStep);
  if (close(directional, numeric, std::sqrt(elements))) return true;
  report.fail(what, " along a random direction is ", directional, ", central differences say ",
              numeric);
  return false;
}

}  // namespace graft::testing
