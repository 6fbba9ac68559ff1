#include <algorithm>
#include <cmath>

#include "graft/core/autograd/grad_mode.h"
#include "harness/checks.h"
#include "op_reference/winograd.h"

namespace graft::testing {
namespace {

double unit_roundoff(DType dtype) {
  switch (dtype) {
    case DType::F32:
      return 0x1p-24;
    case DType::BF16:
      return 0x1p-8;
    case DType::F16:
      return 0x1p-11;
    default:
      return 0x1p-53;
  }
}

// What each result element may be off by.
Array tolerances(const Sample& sample, DType operands, DType result) {
  Array scale = sample.expected;
  if (sample.reference.rounding == Rounding::OfTerms) {
    Arrays magnitudes = sample.inputs;
    for (Array& input : magnitudes)
      for (double& value : input.values) value = std::abs(value);
    scale = sample.reference.run(magnitudes, sample.op_case.params);
    if (operands == DType::F32 && by_winograd(sample)) {
      const auto terms = static_cast<double>(terms_of(sample));
      std::fill(scale.values.begin(), scale.values.end(),
                winograd_tolerance(terms, largest(scale)));
      return scale;
    }
  } else {
    double top = largest(sample.expected);
    if (sample.reference.rounding == Rounding::OfOperands)
      for (const Array& input : sample.inputs) top = std::max(top, largest(input));
    std::fill(scale.values.begin(), scale.values.end(), top);
  }
  // Eight roundings of a transcendental function's own, and a random walk over the sum.
  const double steps = 8 + 2 * std::sqrt(static_cast<double>(terms_of(sample)));
  const double coarsest = std::max(unit_roundoff(operands), unit_roundoff(result));
  const double unit = std::max(coarsest * steps, 1e-12);
  for (double& value : scale.values) value = std::abs(value) * unit;
  return scale;
}

// An operand as the op found it.
struct Before {
  Array content;
  uint32_t version = 0;
};

void check_unchanged(const Sample& sample, const std::vector<Tensor>& operands,
                     const std::vector<Before>& before, Report& report) {
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i].defined() && operands[i].storage().version() == before[i].version &&
        read(operands[i]).values != before[i].content.values)
      report.fail("writes its operand ", sample.operands[i].name, " without bumping its version");
}

}  // namespace

double largest(const Array& array) {
  double top = 0;
  for (const double value : array.values) top = std::max(top, std::abs(value));
  return top;
}

bool compare(const char* what, const Array& actual, const Array& wanted, double absolute,
             double relative, Report& report) {
  if (!(actual.shape == wanted.shape)) {
    report.fail(what, " has shape ", actual.shape, ", expected ", wanted.shape);
    return false;
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double a = actual.values[i], b = wanted.values[i];
    if (!(std::abs(a - b) <= absolute + relative * std::abs(b))) {
      report.fail(what, '[', i, "] is ", a, ", expected ", b);
      return false;
    }
  }
  return true;
}

void check_forward(const Sample& sample, DType dtype, Report& report) {
  report.at(describe(sample, dtype));
  guard(report, [&] {
    const NoGrad no_grad;
    const std::vector<Tensor> operands = place_operands(sample, dtype, 0);
    std::vector<Before> before;
    for (const Tensor& operand : operands)
      before.push_back(operand.defined() ? Before{read(operand), operand.storage().version()}
                                         : Before{});
    const Tensor y = sample.row.apply(operands, sample.op_case.params);
    const Array actual = read(y);
    ++report.forward_samples;
    if (!(actual.shape == sample.expected.shape))
      return report.fail("result has shape ", actual.shape, ", expected ", sample.expected.shape);
    const Array tolerance = tolerances(sample, dtype, y.dtype());
    for (size_t i = 0; i < actual.size(); ++i) {
      const double a = actual.values[i], b = sample.expected.values[i];
      if (!(std::abs(a - b) <= tolerance.values[i]))
        return report.fail("result[", i, "] is ", a, ", expected ", b, " within ",
                           tolerance.values[i]);
    }
    check_unchanged(sample, operands, before, report);
  });
}

}  // namespace graft::testing
