#include "graft/core/ops/inverted_residual.h"

#include "graft/core/autocast.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/conv2d.h"
#include "graft/core/ops/operand_checks.h"

namespace graft {
namespace {

constexpr const char* kOp = "inverted_residual_fused";

// Checks one of the convolutions; returns the shape of its result.
Shape check_step(const Tensor& x, const Shape& input, const FoldedConv& conv,
                 const Conv2dParams& params) {
  check_same_floating(kOp, x, conv.weight);
  const Shape shape = conv2d_output_shape(kOp, input, conv.weight.shape(), params);
  check_bias(kOp, conv.bias, conv.weight);
  return shape;
}

void check_pointwise(const char* step, const Tensor& weight) {
  check(weight.rank() == 4 && weight.dim(1) == 1 && weight.dim(2) == 1, ErrorKind::Shape, kOp, ": ",
        step, " needs a window of one pixel: weight ", weight.shape());
}

FoldedConv narrow(const FoldedConv& conv) {
  return {autocast_narrow(conv.weight), autocast_narrow(conv.bias)};
}

}  // namespace

Tensor inverted_residual_fused(const Tensor& x, const FoldedConv& expand,
                               const FoldedConv& depthwise, const Conv2dParams& params,
                               const FoldedConv& project, const Tensor& residual,
                               Activation activation) {
  const OpScope scope(kOp);
  if (AutocastScope::current())
    return run_narrow(
        [&, e = narrow(expand), d = narrow(depthwise), p = narrow(project)](auto& in, auto& added) {
          return inverted_residual_fused(in, e, d, params, p, added, activation);
        },
        x, residual);
  Shape shape = x.shape();
  if (expand.weight.defined()) {
    check_pointwise("expand", expand.weight);
    shape = check_step(x, shape, expand, {});
  }
  shape = check_step(x, shape, depthwise, params);
  check(depthwise.weight.dim(3) == 1 && depthwise.weight.dim(0) == params.groups, ErrorKind::Shape,
        kOp, ": needs one depthwise filter for each channel: weight ", depthwise.weight.shape(),
        " groups ", params.groups);
  check_pointwise("project", project.weight);
  shape = check_step(x, shape, project, {});
  check(!residual.defined() || (residual.shape() == shape && residual.dtype() == x.dtype()),
        ErrorKind::Shape, kOp, ": residual does not fit the result: residual ",
        residual.defined() ? residual.shape() : Shape{}, " result ", shape);
  check(needs_grad({&x, &expand.weight, &expand.bias, &depthwise.weight, &depthwise.bias,
                    &project.weight, &project.bias, &residual}) == 0,
        ErrorKind::Autograd, kOp, ": records no graph, but an operand wants a gradient");
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  run(slots().inverted_residual, x, expand.weight, expand.bias, depthwise.weight, depthwise.bias,
      params, project.weight, project.bias, residual, activation, y);
  return y;
}

}  // namespace graft
