#include "graft/optim/clip.h"

#include <cmath>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"

namespace graft::optim {

namespace {

double sum_of_squares(const Tensor& gradient) {
  const Tensor squares = Tensor::empty({1}, DType::F64, gradient.device());
  run(slots().sum_squares, gradient, squares);
  return squares.item();
}

}  // namespace

bool gradients_finite(const std::vector<NamedTensor>& parameters) {
  for (const NamedTensor& named : parameters) {
    const Tensor gradient = named.tensor.grad();
    if (gradient.defined() && !std::isfinite(sum_of_squares(gradient))) return false;
  }
  return true;
}

double grad_norm(const std::vector<NamedTensor>& parameters) {
  const NoGrad no_grad;
  double total = 0;
  for (const NamedTensor& named : parameters) {
    const Tensor gradient = named.tensor.grad();
    if (!gradient.defined()) continue;
    const double sum = sum_of_squares(gradient);
    check(std::isfinite(sum), ErrorKind::NotFinite, "grad_norm: gradient of '", named.path, "' ",
          gradient.shape(), " holds NaN or infinity");
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
