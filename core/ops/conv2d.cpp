#include "graft/core/ops/conv2d.h"

#include "graft/core/autocast.h"
#include "graft/core/autograd/node.h"
#include "graft/core/ceil_div.h"
#include "graft/core/dispatch.h"
#include "graft/core/extents.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/unary.h"
#include "graft/core/size2d.h"

namespace graft {
namespace {

void check_gradient(const char* op, const Tensor& dy, const Shape& expected) {
  check(dy.shape() == expected, ErrorKind::Shape, op, ": gradient ", dy.shape(),
        " for a result of shape ", expected);
}

struct Conv2dNode final : Node {
  Conv2dNode(const Conv2dParams& of, Activation act) : params(of), activation(act) {}
  const Conv2dParams params;
  const Activation activation;
  Shape input, filter;
  Saved x, weight, y;
  const char* name() const override { return "conv2d"; }
  void release() override { x = {}, weight = {}, y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor g = y.defined() ? activate_grad(grad[0], y.get(*this), activation) : grad[0];
    Tensor dx, dw, db;
    if (wants(0)) dx = conv2d_input_grad(g, weight.get(*this), input, params);
    if (wants(1)) dw = conv2d_filter_grad(x.get(*this), g, filter, params);
    if (wants(2)) db = sum(g, {0, 1, 2});
    return {dx, dw, db};
  }
};

// dx(dy, weight) is linear in both, like the convolution it belongs to.
struct InputGradNode final : Node {
  explicit InputGradNode(const Conv2dParams& of) : params(of) {}
  const Conv2dParams params;
  Shape filter;
  Saved dy, weight;
  const char* name() const override { return "conv2d_input_grad"; }
  void release() override { dy = {}, weight = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    Tensor towards_dy, towards_weight;
    if (wants(0)) towards_dy = conv2d(grad[0], weight.get(*this), {}, params);
    if (wants(1)) towards_weight = conv2d_filter_grad(grad[0], dy.get(*this), filter, params);
    return {towards_dy, towards_weight};
  }
};

struct FilterGradNode final : Node {
  explicit FilterGradNode(const Conv2dParams& of) : params(of) {}
  const Conv2dParams params;
  Shape input;
  Saved x, dy;
  const char* name() const override { return "conv2d_filter_grad"; }
  void release() override { x = {}, dy = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    Tensor towards_x, towards_dy;
    if (wants(0)) towards_x = conv2d_input_grad(dy.get(*this), grad[0], input, params);
    if (wants(1)) towards_dy = conv2d(x.get(*this), grad[0], {}, params);
    return {towards_x, towards_dy};
  }
};

// Space for the moments of y.
ChannelMoments moments_like(const Tensor& y) {
  const auto vector = [&] { return Tensor::empty({y.dim(-1)}, statistics_type(y), y.device()); };
  return {vector(), vector()};
}

}  // namespace

Shape conv2d_output_shape(const char* op, const Shape& x, const Shape& filter,
                          const Conv2dParams& params) {
  const Padding2d& pad = params.padding;
  check(params.stride_h > 0 && params.stride_w > 0 && params.dilation_h > 0 &&
            params.dilation_w > 0 && params.groups > 0,
        ErrorKind::Argument, op, ": strides, dilations and groups must be positive: stride ",
        Size2d{params.stride_h, params.stride_w}, " dilation ",
        Size2d{params.dilation_h, params.dilation_w}, " groups ", params.groups);
  check(pad.top >= 0 && pad.bottom >= 0 && pad.left >= 0 && pad.right >= 0, ErrorKind::Argument, op,
        ": padding must not be negative: top ", pad.top, " bottom ", pad.bottom, " left ", pad.left,
        " right ", pad.right);
  check(x.rank() == 4 && filter.rank() == 4, ErrorKind::Shape, op,
        ": needs an image [N,H,W,C] and filters [Cout,KH,KW,C/groups]: x ", x, " weight ", filter);
  const bool divides = x[3] % params.groups == 0 && filter[0] % params.groups == 0;
  check(divides && x[3] / params.groups == filter[3], ErrorKind::Shape, op,
        ": channels do not fit: x ", x, " weight ", filter, " groups ", params.groups);
  check(filter[1] > 0 && filter[2] > 0, ErrorKind::Shape, op, ": empty window: weight ", filter);
  const auto reach = [&](int64_t kernel, int64_t dilation) {
    return add_extents(op, multiply_extents(op, kernel - 1, dilation), 1);
  };
  const auto padded = [&](int64_t size, int64_t before, int64_t after) {
    return add_extents(op, add_extents(op, size, before), after);
  };
  const Size2d window{reach(filter[1], params.dilation_h), reach(filter[2], params.dilation_w)};
  const Size2d image{padded(x[1], pad.top, pad.bottom), padded(x[2], pad.left, pad.right)};
  check(window.height <= image.height && window.width <= image.width, ErrorKind::Shape, op,
        ": window ", window, " is larger than the padded image ", image, ": x ", x, " weight ",
        filter);
  return {x[0], (image.height - window.height) / params.stride_h + 1,
          (image.width - window.width) / params.stride_w + 1, filter[0]};
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dParams& params,
              Activation activation, ChannelMoments* moments) {
  const OpScope scope("conv2d");
  if (AutocastScope::current())
    return run_narrow([&](auto&... in) { return conv2d(in..., params, activation, moments); }, x,
                      weight, bias);
  check_same_floating("conv2d", x, weight);
  const Shape shape = conv2d_output_shape("conv2d", x.shape(), weight.shape(), params);
  check_bias("conv2d", bias, weight);
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  const Tensor none;
  if (moments) *moments = moments_like(y);
  run(slots().conv2d_forward, x, weight, bias, none, activation, y, params, Precision::Full,
      moments ? moments->mean : none, moments ? moments->variance : none);
  if (const Mask need = needs_grad({&x, &weight, &bias})) {
    auto node = std::make_shared<Conv2dNode>(params, activation);
    node->input = x.shape();
    node->filter = weight.shape();
    if (need & 0b001) node->weight = Saved::input(weight, 1);
    if (need & 0b010) node->x = Saved::activation(x, 0);
    if (activation != Activation::None) node->y = Saved::activation_output(y);
    attach(y, node, {&x, &weight, &bias});
  }
  return y;
}

Tensor conv2d_fused(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const Conv2dParams& params, const Tensor& residual, Activation activation,
                    Precision precision) {
  const OpScope scope("conv2d_fused");
  if (AutocastScope::current())
    return run_narrow(
        [&](auto& in, auto& filters, auto& shift, auto& added) {
          const Precision rest = in.dtype() == DType::F32 ? precision : Precision::Full;
          return conv2d_fused(in, filters, shift, params, added, activation, rest);
        },
        x, weight, bias, residual);
  check_same_floating("conv2d_fused", x, weight);
  const Shape shape = conv2d_output_shape("conv2d_fused", x.shape(), weight.shape(), params);
  check_bias("conv2d_fused", bias, weight);
  check(precision == Precision::Full || x.dtype() == DType::F32, ErrorKind::DType,
        "conv2d_fused: rounds f32 to bf16, not ", x.dtype());
  check(!residual.defined() || (residual.shape() == shape && residual.dtype() == x.dtype()),
        ErrorKind::Shape, "conv2d_fused: residual does not fit the result: residual ",
        residual.defined() ? residual.shape() : Shape{}, " result ", shape);
  check(needs_grad({&x, &weight, &bias, &residual}) == 0, ErrorKind::Autograd,
        "conv2d_fused: records no graph, but an operand wants a gradient");
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  run(slots().conv2d_forward, x, weight, bias, residual, activation, y, params, precision, Tensor(),
      Tensor());
  return y;
}

Tensor conv2d_input_grad(const Tensor& dy, const Tensor& weight, const Shape& input,
                         const Conv2dParams& params) {
  const OpScope scope("conv2d_input_grad");
  check_same_floating("conv2d_input_grad", dy, weight);
  check_gradient("conv2d_input_grad", dy,
                 conv2d_output_shape("conv2d_input_grad", input, weight.shape(), params));
  Tensor dx = Tensor::empty(input, dy.dtype(), dy.device());
  run(slots().conv2d_input_grad, dy, weight, dx, params);
  if (const Mask need = needs_grad({&dy, &weight})) {
    auto node = std::make_shared<InputGradNode>(params);
    node->filter = weight.shape();
    if (need & 0b01) node->weight = Saved::input(weight, 1);
    if (need & 0b10) node->dy = Saved::input(dy, 0);
    attach(dx, node, {&dy, &weight});
  }
  return dx;
}

Tensor conv2d_filter_grad(const Tensor& x, const Tensor& dy, const Shape& filter,
                          const Conv2dParams& params) {
  const OpScope scope("conv2d_filter_grad");
  check_same_floating("conv2d_filter_grad", x, dy);
  check_gradient("conv2d_filter_grad", dy,
                 conv2d_output_shape("conv2d_filter_grad", x.shape(), filter, params));
  Tensor dw = Tensor::empty(filter, x.dtype(), x.device());
  run(slots().conv2d_filter_grad, x, dy, dw, params);
  if (const Mask need = needs_grad({&x, &dy})) {
    auto node = std::make_shared<FilterGradNode>(params);
    node->input = x.shape();
    if (need & 0b01) node->dy = Saved::input(dy, 1);
    if (need & 0b10) node->x = Saved::input(x, 0);
    attach(dw, node, {&x, &dy});
  }
  return dw;
}

Padding2d same_padding(int64_t height, int64_t width, int64_t kernel_h, int64_t kernel_w,
                       const Conv2dParams& params) {
  const auto total = [](int64_t size, int64_t kernel, int64_t stride, int64_t dilation) {
    const int64_t windows = ceil_div(size, stride);
    return std::max<int64_t>(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - size);
  };
  const int64_t h = total(height, kernel_h, params.stride_h, params.dilation_h);
  const int64_t w = total(width, kernel_w, params.stride_w, params.dilation_w);
  return {h / 2, h - h / 2, w / 2, w - w / 2};
}

}  // namespace graft
