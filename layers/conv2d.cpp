#include "graft/layers/conv2d.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/ops/conv2d.h"

namespace graft::layers {

Conv2d::Conv2d(int64_t inputs, int64_t outputs, int64_t kernel, const Conv2dOptions& options)
    : options_(options) {
  check(inputs % options.groups == 0 && outputs % options.groups == 0, ErrorKind::Argument,
        "Conv2d: ", options.groups, " groups do not divide ", inputs, " inputs and ", outputs,
        " outputs");
  weight_ = Tensor::zeros({outputs, kernel, kernel, inputs / options.groups});
  register_parameter("weight", weight_, Layout::Filter);
  if (options.bias) {
    bias_ = Tensor::zeros({outputs});
    register_parameter("bias", bias_);
  }
}

Conv2dParams Conv2d::params_for(const Shape& input) const {
  Conv2dParams params{.stride_h = options_.stride,
                      .stride_w = options_.stride,
                      .dilation_h = options_.dilation,
                      .dilation_w = options_.dilation,
                      .groups = options_.groups,
                      .padding = symmetric_padding(options_.padding)};
  if (options_.padding_mode == PaddingMode::Same && input.rank() == 4)
    params.padding = same_padding(input[1], input[2], weight_.dim(1), weight_.dim(2), params);
  return params;
}

Tensor Conv2d::forward(const Tensor& x) { return forward_activated(x, Activation::None); }

Tensor Conv2d::forward_activated(const Tensor& x, Activation activation) {
  if (grad_enabled() && (x.requires_grad() || wants_gradients()))
    return conv2d(x, weight_, bias_, params_for(x.shape()), activation);
  return conv2d_fused(x, weight_, bias_, params_for(x.shape()), {}, activation, precision());
}

void Conv2d::reset_parameters(const RandomKey& key) {
  draw_weight_and_bias(weight_, bias_, options_.initialisation, key);
}

void Conv2d::reset_outputs(int64_t outputs, const RandomKey& key) {
  const Shape& old = weight_.shape();
  resize_parameter(weight_, {outputs, old[1], old[2], old[3]});
  if (bias_.defined()) resize_parameter(bias_, {outputs});
  reset_parameters(key);
}

}  // namespace graft::layers
