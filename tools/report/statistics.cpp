#include "graft/tools/report/statistics.h"

#include <array>
#include <cmath>

#include "graft/core/error.h"

namespace graft::report {
namespace {

// 97.5 % quantile of Student's t for 1..30 degrees of freedom; beyond, that of the normal.
double t_quantile(size_t degrees) {
  constexpr std::array<double, 30> kTable{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                          2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                          2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                          2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees <= kTable.size() ? kTable[degrees - 1] : 1.960;
}

}  // namespace

Spread spread(const std::vector<double>& values) {
  check(!values.empty(), ErrorKind::Argument, "spread: no values");
  const auto n = static_cast<double>(values.size());
  Spread result;
  for (const double value : values) result.mean += value / n;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / (n - 1));
  result.half_interval = t_quantile(values.size() - 1) * result.deviation / std::sqrt(n);
  return result;
}

Spread paired_gain(const std::vector<double>& a, const std::vector<double>& b) {
  check(a.size() == b.size(), ErrorKind::Argument, "paired_gain: ", a.size(), " against ",
        b.size());
  std::vector<double> gains(a.size());
  for (size_t i = 0; i < a.size(); ++i) gains[i] = a[i] - b[i];
  return spread(gains);
}

}  // namespace graft::report
