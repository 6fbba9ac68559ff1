// Mean and spread of a few repeated measurements.
#pragma once

#include <vector>

namespace graft::report {

struct Spread {
  double mean = 0;
  double deviation = 0;      ///< of the sample (n - 1); 0 for a single value
  double half_interval = 0;  ///< mean +- this is the 95 % interval of Student's t; 0 for one value
};

Spread spread(const std::vector<double>& values);

/// Spread of a[i] - b[i]: the gain of a over b on equal seeds.
Spread paired_gain(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace graft::report
