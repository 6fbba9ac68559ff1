#include "graft/layers/conv2d.h"

#include <cmath>

#include "graft/core/ops/conv2d.h"
#include "graft/layers/init.h"

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

Tensor Conv2d::forward(const Tensor& x) { return conv2d(x, weight_, bias_, params_for(x.shape())); }

void Conv2d::reset_parameters(const RandomKey& key) {
  if (kaiming_)
    kaiming_normal_(weight_, key);
  else
    default_(weight_, key);
  if (!bias_.defined()) return;
  RandomKey bias_key = key;
  bias_key.epoch = 1;  // a stream of its own
  uniform_(bias_, 1.0 / std::sqrt(static_cast<double>(fans(weight_.shape()).in)), bias_key);
}

void Conv2d::reset_outputs(int64_t outputs, const RandomKey& key) {
  const Shape& old = weight_.shape();
  weight_ = Tensor::zeros({outputs, old[1], old[2], old[3]}).set_requires_grad(true);
  if (bias_.defined()) bias_ = Tensor::zeros({outputs}).set_requires_grad(true);
  reset_parameters(key);
}

}  // namespace graft::layers
