#include "graft/layers/linear.h"

#include "graft/core/ops/linear.h"
#include "graft/layers/init.h"

namespace graft::layers {

Linear::Linear(int64_t inputs, int64_t outputs, bool bias) {
  weight_ = Tensor::zeros({outputs, inputs});
  register_parameter("weight", weight_);
  if (bias) {
    bias_ = Tensor::zeros({outputs});
    register_parameter("bias", bias_);
  }
}

Tensor Linear::forward_activated(const Tensor& x, Activation activation) {
  return linear(x, weight_, bias_, activation);
}

void Linear::reset_parameters(const RandomKey& key) {
  draw_weight_and_bias(weight_, bias_, Initialisation::PyTorchDefault, key);
}

void Linear::reset_outputs(int64_t outputs, const RandomKey& key) {
  resize_parameter(weight_, {outputs, weight_.dim(1)});
  if (bias_.defined()) resize_parameter(bias_, {outputs});
  reset_parameters(key);
}

}  // namespace graft::layers
