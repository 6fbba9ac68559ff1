// Runs a test body at every instruction set of this machine, and compares sums of products.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "graft/core/simd_level.h"
#include "graft/core/tensor.h"
#include "support/formula.h"

namespace graft::testing {

/// The instruction set that was in use comes back at the end of the scope.
class SimdLevelScope {
 public:
  SimdLevelScope() : outer_(simd_level()) {}
  ~SimdLevelScope() { set_simd_level(outer_); }
  SimdLevelScope(const SimdLevelScope&) = delete;
  SimdLevelScope& operator=(const SimdLevelScope&) = delete;

 private:
  SimdLevel outer_;
};

template <class Body>
void at_every_simd_level(const Body& body) {
  const SimdLevelScope scope;
  for (const auto level : {SimdLevel::Baseline, SimdLevel::Avx2, SimdLevel::Avx512}) {
    if (set_simd_level(level) != level) continue;  // not on this machine
    CAPTURE(std::string(to_string(level)));
    body();
  }
}

/// Numbers in [-1, 1) that depend on the name alone.
template <class T>
Tensor numbers(const std::string& name, const Shape& shape) {
  std::vector<T> values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(formula_unit(name, i));
  return Tensor::from(values, shape);
}

template <class T>
void check_within(const Tensor& found, const std::vector<double>& expected, double bound) {
  const auto values = found.values<T>();
  REQUIRE(values.size() == expected.size());
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(static_cast<double>(values[i]) - expected[i]);
    if (!(error <= worst)) worst = error;  // NaN is kept
  }
  CHECK(worst <= bound);
}

/// Every element of `found` within rounding of a sum of `terms` products of numbers().
template <class T>
void check_close(const Tensor& found, const std::vector<double>& expected, int64_t terms) {
  check_within<T>(
      found, expected,
      static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(8 + terms));
}

}  // namespace graft::testing
