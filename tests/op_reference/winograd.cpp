#include "op_reference/winograd.h"

#include <algorithm>
#include <optional>

#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/winograd/choice.h"

namespace graft::testing {

namespace {

Shape output_shape(const Shape& x, const Shape& w, const Conv2dParams& params) {
  const auto extent = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel,
                         int64_t stride) {
    return (size + padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  const Padding2d& pad = params.padding;
  return {x[0], extent(x[1], pad.top + pad.bottom, params.dilation_h, w[1], params.stride_h),
          extent(x[2], pad.left + pad.right, params.dilation_w, w[2], params.stride_w), w[0]};
}

struct ConvCall {
  ConvPass pass;
  Shape x, w;
  Conv2dParams params;
};

std::optional<ConvCall> conv_call(std::string_view op, const std::vector<Shape>& operands,
                                  const OpParams& params) {
  if (op == "conv2d")
    return ConvCall{ConvPass::Forward, operands[0], operands[1], std::get<ConvParams>(params).conv};
  if (op != "conv2d_input_grad" && op != "conv2d_filter_grad") return {};
  const auto& [conv, shape] = std::get<ConvGradParams>(params);
  if (op == "conv2d_input_grad") return ConvCall{ConvPass::InputGrad, shape, operands[1], conv};
  return ConvCall{ConvPass::FilterGrad, operands[0], shape, conv};
}

}  // namespace

bool takes_winograd(ConvPass pass, const Shape& x, const Shape& w, const Conv2dParams& params) {
  const Shape y = output_shape(x, w, params);
  if (pass != ConvPass::InputGrad)
    return cpu::winograd::applies(cpu::forward_correlation(x, w, y, params));
  const auto phases = cpu::input_grad_phases(x, w, y, params);
  return std::any_of(phases.begin(), phases.end(), [](const cpu::GradientPhase& phase) {
    return cpu::winograd::applies(phase.correlation);
  });
}

bool takes_winograd(std::string_view op, const std::vector<Shape>& operands,
                    const OpParams& params) {
  const auto call = conv_call(op, operands, params);
  return call && takes_winograd(call->pass, call->x, call->w, call->params);
}

bool gradients_take_winograd(std::string_view op, const std::vector<Shape>& operands,
                             const OpParams& params) {
  const auto call = conv_call(op, operands, params);
  if (!call) return false;
  const auto passes = {ConvPass::Forward, ConvPass::InputGrad, ConvPass::FilterGrad};
  return std::any_of(passes.begin(), passes.end(), [&](ConvPass pass) {
    return takes_winograd(pass, call->x, call->w, call->params);
  });
}

}  // namespace graft::testing
