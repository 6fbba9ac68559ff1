#include "op_reference/winograd.h"

#include <algorithm>

#include "graft/kernels/cpu/conv/conv2d_geometry.h"
#include "graft/kernels/cpu/winograd/choice.h"

namespace graft::testing {

bool takes_winograd(const Shape& x, const Shape& w, const Conv2dParams& params) {
  const auto extent = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel,
                         int64_t stride) {
    return (size + padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  const Padding2d& pad = params.padding;
  const Shape y{x[0], extent(x[1], pad.top + pad.bottom, params.dilation_h, w[1], params.stride_h),
                extent(x[2], pad.left + pad.right, params.dilation_w, w[2], params.stride_w), w[0]};
  if (cpu::winograd::applies(cpu::forward_correlation(x, w, y, params))) return true;
  const auto phases = cpu::input_grad_phases(x, w, y, params);
  return std::any_of(phases.begin(), phases.end(), [](const cpu::GradientPhase& phase) {
    return cpu::winograd::applies(phase.correlation);
  });
}

bool takes_winograd(std::string_view op, const std::vector<Shape>& operands,
                    const OpParams& params) {
  if (op == "conv2d")
    return takes_winograd(operands[0], operands[1], std::get<Conv2dParams>(params));
  if (op != "conv2d_input_grad" && op != "conv2d_filter_grad") return false;
  const auto& [conv, shape] = std::get<ConvGradParams>(params);
  return op == "conv2d_input_grad" ? takes_winograd(shape, operands[1], conv)
                                   : takes_winograd(operands[0], shape, conv);
}

}  // namespace graft::testing
