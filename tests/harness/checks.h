// The checks of one sample. Each adds what it finds wrong to the report; none throws.
#pragma once

#include "harness/report.h"
#include "harness/sample.h"

namespace graft::testing {

/// Result and dtype against the reference loops: f64 within 1e-12, f32 within what rounding
/// `terms` additions may cost. Operands that the op did not declare changed must be unchanged.
void check_forward(const Sample& sample, DType dtype, Report& report);

/// f64 gradients against central differences under the random cotangent (step 1e-6, absolute
/// 1e-5, relative 1e-3), and f32 gradients against those of f64.
void check_gradient(const Sample& sample, Report& report);

/// The gradient of <v, gradient> for random v, towards operands and cotangent, against central
/// differences; an op without one must say so by name.
void check_second_gradient(const Sample& sample, Report& report);

/// Every pattern of requires_grad: who gets a gradient, and the bytes kept for backward.
void check_masks(const Sample& sample, DType dtype, Report& report);

/// Result and gradients in f32 under 1, 2 and 3 threads, which must agree bit by bit.
void check_threads(const std::vector<Sample>& samples, Report& report);

/// Gradients towards the operands of `mask` (others absent) under the sample's cotangent.
Arrays gradients_of(const Sample& sample, DType dtype, uint32_t mask);

/// Whether a and b agree; otherwise the first difference is reported.
/// |a - b| <= absolute + relative |b| for each element.
bool compare(const char* what, const Array& actual, const Array& wanted, double absolute,
             double relative, Report& report);

/// Largest magnitude in the array, 0 if it is empty.
double largest(const Array& array);

/// Runs `body` and reports an exception as a failure.
template <class Body>
void guard(Report& report, const Body& body) {
  try {
    body();
  } catch (const std::exception& error) {
    report.fail("throws: ", error.what());
  }
}

}  // namespace graft::testing
