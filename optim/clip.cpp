#include "graft/optim/clip.h"

#include <algorithm>
#include <cmath>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/to_device.h"

namespace graft::optim {
namespace {

struct SumOfSquares {
  const NamedTensor* parameter;
  double value;
};

// Of every gradient there is. All are computed before the first is read: a device is waited for
// once.
std::vector<SumOfSquares> sums_of_squares(const std::vector<NamedTensor>& parameters) {
  const NoGrad no_grad;
  std::vector<SumOfSquares> sums;
  for (const NamedTensor& named : parameters)
    if (named.tensor.grad().defined()) sums.push_back({&named, 0});
  if (sums.empty()) return sums;
  const Device device = sums.front().parameter->tensor.grad().device();
  const Tensor there = Tensor::empty({std::ssize(sums)}, DType::F64, device);
  for (size_t i = 0; i < sums.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    run(slots().sum_squares, sums[i].parameter->tensor.grad(), slice(there, 0, at, at + 1));
  }
  const Tensor here = to_device(there, Device{});
  for (size_t i = 0; i < sums.size(); ++i) sums[i].value = here.values<double>()[i];
  return sums;
}

}  // namespace

bool gradients_finite(const std::vector<NamedTensor>& parameters) {
  return std::ranges::all_of(sums_of_squares(parameters),
                             [](const SumOfSquares& sum) { return std::isfinite(sum.value); });
}

double grad_norm(const std::vector<NamedTensor>& parameters) {
  double total = 0;
  for (const auto& [parameter, sum] : sums_of_squares(parameters)) {
    check(std::isfinite(sum), ErrorKind::NotFinite, "grad_norm: gradient of '", parameter->path,
          "' ", parameter->tensor.shape(), " holds NaN or infinity");
    total += sum;
  }
  return std::sqrt(total);
}

double clip_grad_norm(const std::vector<NamedTensor>& parameters, double max_norm) {
  check(max_norm > 0, ErrorKind::Argument, "clip_grad_norm: max_norm must be > 0, not ", max_norm);
  const double norm = grad_norm(parameters);
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  const NoGrad no_grad;
  for (const NamedTensor& named : parameters) {
    Tensor parameter = named.tensor;
    if (parameter.grad().defined()) parameter.set_grad(mul(parameter.grad(), factor));
  }
  return norm;
}

}  // namespace graft::optim
