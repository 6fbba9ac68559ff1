// The softmax of one row, shared by softmax and cross entropy.
#pragma once

#include <cmath>
#include <cstdint>

#include "graft/kernels/functors.h"

namespace graft::cpu {

/// Largest element, NaN if there is one; count > 0.
template <class T>
T row_max(const T* x, int64_t count) {
  T largest = x[0];
  for (int64_t i = 1; i < count; ++i) largest = Maximum::f(largest, x[i]);
  return largest;
}

/// y = softmax(x); returns log sum exp(x). x and y may be the same; count > 0.
template <class T>
double softmax_row(const T* x, T* y, int64_t count) {
  const T largest = row_max(x, count);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    y[i] = std::exp(x[i] - largest);
    sum += static_cast<double>(y[i]);
  }
  const T scale = static_cast<T>(1.0 / sum);
  for (int64_t i = 0; i < count; ++i) y[i] *= scale;
  return static_cast<double>(largest) + std::log(sum);
}

}  // namespace graft::cpu
