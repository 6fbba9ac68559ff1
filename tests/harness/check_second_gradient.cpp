#include <algorithm>
#include <string>

#include "graft/core/autograd/backward.h"
#include "harness/checks.h"
#include "harness/finite_difference.h"

namespace graft::testing {
namespace {

constexpr size_t kProbes = 12;

// First gradients at operand values and a cotangent, all of which may be differentiated again.
struct FirstGradients {
  std::vector<Tensor> at;  // operands, then the cotangent
  std::vector<Tensor> towards;
};

FirstGradients first_gradients(const Sample& sample, const Arrays& point, bool create_graph) {
  const uint32_t mask = full_mask(sample);
  const Arrays inputs(point.begin(), point.end() - 1);
  FirstGradients first;
  first.at = place_operands(sample, inputs, DType::F64, Layout::Contiguous, mask);
  const Tensor y = sample.row.apply(first.at, sample.op_case.params);
  Tensor cotangent = place(point.back(), DType::F64, Layout::Contiguous, sample.device);
  cotangent.set_requires_grad(create_graph);
  std::vector<Tensor> wanted;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (mask >> i & 1) wanted.push_back(first.at[i]);
  first.towards = gradients(y, wanted, cotangent, {.create_graph = create_graph});
  first.at.push_back(cotangent);
  return first;
}

void add_into(Array& sum, const Array& term) {
  if (!sum.present) {
    sum = term;
    return;
  }
  for (size_t i = 0; i < sum.size(); ++i) sum.values[i] += term.values[i];
}

// Derivatives of sum_k <weights[k], gradient k> towards operands and cotangent.
Arrays analytic_second(const Sample& sample, const Arrays& point, const Arrays& weights) {
  const FirstGradients first = first_gradients(sample, point, true);
  Arrays second(point.size());
  std::vector<Tensor> wrt;
  std::vector<size_t> position;
  for (size_t i = 0; i < point.size(); ++i)
    if (first.at[i].requires_grad()) {
      wrt.push_back(first.at[i]);
      position.push_back(i);
      second[i] = Array(point[i].shape);
    }
  for (size_t k = 0; k < first.towards.size(); ++k) {
    if (!first.towards[k].requires_grad()) continue;  // constant: its derivative is zero
    const Tensor weight = place(weights[k], DType::F64, Layout::Contiguous, sample.device);
    const auto parts = gradients(first.towards[k], wrt, weight, {.retain_graph = true});
    for (size_t i = 0; i < parts.size(); ++i)
      if (parts[i].defined()) add_into(second[position[i]], read(parts[i]));
  }
  return second;
}

void expect_refusal(const Sample& sample, const Arrays& point, const Arrays& weights,
                    Report& report) {
  try {
    analytic_second(sample, point, weights);
    report.fail("has no second derivative, but does not say so under create_graph");
  } catch (const Error& error) {
    const std::string text = error.what();
    if (error.kind() != ErrorKind::Autograd || text.find(sample.row.name) == std::string::npos)
      report.fail("refuses a second derivative without naming itself: ", text);
  }
}

}  // namespace

void check_second_gradient(const Sample& sample, Report& report) {
  if (full_mask(sample) == 0) return;
  report.at(describe(sample, DType::F64));
  guard(report, [&] {
    RandomStream random({.seed = 12});
    Arrays weights;
    for (size_t i = 0; i < sample.inputs.size(); ++i)
      if (can_want_gradient(sample, i))
        weights.push_back(random_array(sample.inputs[i].shape, random));
    Arrays point = sample.inputs;
    point.push_back(sample.cotangent);
    if (!sample.row.second_derivative) return expect_refusal(sample, point, weights, report);
    const Arrays analytic = analytic_second(sample, point, weights);
    ++report.second_gradient_samples;
    compare_with_differences("second gradient", point, analytic, kProbes, random, report,
                             [&](const Arrays& at) {
                               const FirstGradients first = first_gradients(sample, at, false);
                               double sum = 0;
                               for (size_t k = 0; k < weights.size(); ++k) {
                                 const Array gradient = read(first.towards[k]);
                                 for (size_t i = 0; i < gradient.size(); ++i)
                                   sum += gradient.values[i] * weights[k].values[i];
                               }
                               return sum;
                             });
  });
}

}  // namespace graft::testing
