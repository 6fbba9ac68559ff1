#include <algorithm>
#include <cmath>

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "harness/checks.h"
#include "harness/finite_difference.h"
#include "op_reference/winograd.h"

namespace graft::testing {
namespace {

constexpr int kNudges = 4;

// Large samples are there for chunking and threads; a few of their elements are enough here.
size_t probes_for(const Sample& sample) { return largest_extent(sample) > 2000 ? 4 : 40; }

// <result, cotangent> at the given operand values.
double inner_product(const Sample& sample, const Arrays& inputs) {
  const NoGrad no_grad;
  const Array y = read(sample.row.apply(
      place_operands(sample, inputs, DType::F64, Layout::Contiguous, 0), sample.op_case.params));
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += y.values[i] * sample.cotangent.values[i];
  return sum;
}

// The same sample with operands and cotangent off by one f32 rounding each.
Sample nudged(const Sample& sample, RandomStream& random) {
  Sample near = sample;
  near.layout = Layout::Contiguous;
  const auto nudge = [&random](Array& array) {
    for (double& value : array.values) value *= random.below(2) ? 1 + 0x1p-24 : 1 - 0x1p-24;
  };
  for (size_t i = 0; i < near.inputs.size(); ++i)
    if (can_want_gradient(near, i)) nudge(near.inputs[i]);
  nudge(near.cotangent);
  return near;
}

// The magnitudes of the terms of each gradient element. Of a sum of products: the gradients of the
// magnitudes. Element by element: at most about the cotangent's element (1 - y^2 in tanh).
Arrays magnitudes(const Sample& sample, const Arrays& wanted) {
  Arrays result = wanted;
  if (sample.reference.rounding == Rounding::OfTerms) {
    Sample positive = sample;
    for (size_t i = 0; i < positive.inputs.size(); ++i)
      if (can_want_gradient(positive, i))
        for (double& value : positive.inputs[i].values) value = std::abs(value);
    for (double& value : positive.cotangent.values) value = std::abs(value);
    result = gradients_of(positive, DType::F64, full_mask(sample));
  }
  const bool elementwise = sample.reference.terms == nullptr;
  for (Array& array : result)
    for (size_t i = 0; i < array.size(); ++i) {
      const bool beside = elementwise && array.shape == sample.cotangent.shape;
      array.values[i] =
          std::max(std::abs(array.values[i]), beside ? std::abs(sample.cotangent.values[i]) : 0.0);
    }
  return result;
}

// What each element of an f32 gradient may be off by: the rounding of its sums, in proportion to
// its own terms, and a few times what rounding the operands alone does to it (its condition). In
// an op whose terms cancel, as in softmax, those are about as large as the cotangent.
Arrays gradient_tolerances(const Sample& sample, const Arrays& wanted) {
  const auto terms = static_cast<double>(largest_extent(sample));
  const double steps = 8 + 2 * std::sqrt(terms);
  Arrays condition(wanted.size());
  for (size_t k = 0; k < wanted.size(); ++k) condition[k] = Array(wanted[k].shape);
  RandomStream random({.seed = 13});
  for (int draw = 0; draw < kNudges; ++draw) {
    const Arrays near = gradients_of(nudged(sample, random), DType::F64, full_mask(sample));
    for (size_t k = 0; k < wanted.size(); ++k)
      for (size_t i = 0; i < wanted[k].size(); ++i)
        condition[k].values[i] =
            std::max(condition[k].values[i], std::abs(near[k].values[i] - wanted[k].values[i]));
  }
  const bool cancels = sample.reference.rounding == Rounding::OfOperands;
  const double floor = cancels ? largest(sample.cotangent) : 0;
  Arrays tolerance = magnitudes(sample, wanted);
  for (size_t k = 0; k < wanted.size(); ++k) {
    const bool shared = gradients_by_winograd(sample) && sample.operands[k].name != "bias";
    const double least = shared ? winograd_tolerance(terms, largest(tolerance[k])) : 0;
    for (size_t i = 0; i < wanted[k].size(); ++i)
      tolerance[k].values[i] = std::max(
          least,
          steps * (0x1p-24 * std::max(floor, tolerance[k].values[i]) + condition[k].values[i]));
  }
  return tolerance;
}

void compare_single_precision(const Sample& sample, const Arrays& wanted, Report& report) {
  report.at(describe(sample, DType::F32));
  const Arrays actual = gradients_of(sample, DType::F32, full_mask(sample));
  const Arrays tolerance = gradient_tolerances(sample, wanted);
  for (size_t k = 0; k < actual.size(); ++k) {
    if (!wanted[k].present) continue;
    if (!(actual[k].shape == wanted[k].shape))
      return report.fail("f32 gradient has shape ", actual[k].shape);
    for (size_t i = 0; i < wanted[k].size(); ++i)
      if (!(std::abs(actual[k].values[i] - wanted[k].values[i]) <= tolerance[k].values[i]))
        return report.fail("f32 gradient[", i, "] towards ", sample.operands[k].name, " is ",
                           actual[k].values[i], ", expected ", wanted[k].values[i], " within ",
                           tolerance[k].values[i]);
  }
}

}  // namespace

Arrays gradients_of(const Sample& sample, DType dtype, uint32_t mask) {
  const std::vector<Tensor> operands = place_operands(sample, dtype, mask);
  const Tensor y = sample.row.apply(operands, sample.op_case.params);
  std::vector<Tensor> wanted;
  for (size_t i = 0; i < operands.size(); ++i)
    if (mask >> i & 1) wanted.push_back(operands[i]);
  const Tensor cotangent = place(sample.cotangent, y.dtype(), sample.layout, sample.device);
  const std::vector<Tensor> found = gradients(y, wanted, cotangent);
  Arrays result(operands.size());
  for (size_t i = 0, next = 0; i < operands.size(); ++i) {
    if (!(mask >> i & 1)) continue;
    const Tensor& gradient = found[next++];
    check(gradient.defined(), ErrorKind::Internal, "no gradient towards ", sample.operands[i].name);
    check(gradient.dtype() == dtype, ErrorKind::Internal, "gradient towards ",
          sample.operands[i].name, " is ", gradient.dtype());
    result[i] = read(gradient);
  }
  return result;
}

void check_gradient(const Sample& sample, Report& report) {
  if (full_mask(sample) == 0) return;
  report.at(describe(sample, DType::F64));
  guard(report, [&] {
    const Arrays analytic = gradients_of(sample, DType::F64, full_mask(sample));
    ++report.gradient_samples;
    RandomStream random({.seed = 11});
    for (size_t i = 0; i < analytic.size(); ++i)
      if (analytic[i].present && !(analytic[i].shape == sample.inputs[i].shape))
        return report.fail("gradient towards ", sample.operands[i].name, " has shape ",
                           analytic[i].shape);
    const bool right = compare_with_differences(
        "gradient", sample.inputs, analytic, probes_for(sample), random, report,
        [&](const Arrays& at) { return inner_product(sample, at); });
    if (right) compare_single_precision(sample, analytic, report);
  });
}

}  // namespace graft::testing
