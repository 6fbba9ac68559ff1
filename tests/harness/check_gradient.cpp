#include <algorithm>
#include <cmath>

#include "graft/core/autograd/backward.h"
#include "graft/core/autograd/grad_mode.h"
#include "harness/checks.h"
#include "harness/finite_difference.h"

namespace graft::tests {
namespace {

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
Sample nudged(const Sample& sample) {
  Sample near = sample;
  near.layout = Layout::Contiguous;
  RandomStream random({.seed = 13});
  const auto nudge = [&random](Array& array) {
    for (double& value : array.values) value *= random.below(2) ? 1 + 0x1p-24 : 1 - 0x1p-24;
  };
  for (size_t i = 0; i < near.inputs.size(); ++i)
    if (can_want_gradient(near, i)) nudge(near.inputs[i]);
  nudge(near.cotangent);
  return near;
}

// An f32 gradient may be off by the rounding of its sums (in proportion to the cotangent where
// terms cancel, as in softmax), and by a few times what rounding the operands alone does to the
// exact gradient (its condition).
void compare_single_precision(const Sample& sample, const Arrays& wanted, Report& report) {
  report.at(describe(sample, DType::F32));
  const Arrays actual = gradients_of(sample, DType::F32, full_mask(sample));
  const Arrays near = gradients_of(nudged(sample), DType::F64, full_mask(sample));
  const auto terms = static_cast<double>(largest_extent(sample));
  const double unit = 0x1p-24 * (8 + 2 * std::sqrt(terms));
  for (size_t k = 0; k < actual.size(); ++k) {
    double condition = 0;
    for (size_t i = 0; i < wanted[k].size(); ++i)
      condition = std::max(condition, std::abs(near[k].values[i] - wanted[k].values[i]));
    const bool cancels = sample.reference.rounding == Rounding::OfOperands;
    const double scale = std::max(largest(wanted[k]), cancels ? largest(sample.cotangent) : 0.0);
    const double tolerance = unit * scale + 8 * condition;
    if (wanted[k].present && !compare("f32 gradient", actual[k], wanted[k], tolerance, 0, report))
      return;
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

}  // namespace graft::tests
