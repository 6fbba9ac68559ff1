#include "graft/layers/linear.h"

#include <cmath>

#include "graft/core/ops/matmul.h"
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

Tensor Linear::forward(const Tensor& x) { return linear(x, weight_, bias_); }

void Linear::reset_parameters(const RandomKey& key) {
  default_(weight_, key);
  if (!bias_.defined()) return;
  RandomKey bias_key = key;
  bias_key.epoch = 1;  // a stream of its own
  uniform_(bias_, 1.0 / std::sqrt(static_cast<double>(weight_.dim(1))), bias_key);
}

void Linear::reset_outputs(int64_t outputs, const RandomKey& key) {
  weight_ = Tensor::zeros({outputs, weight_.dim(1)}).set_requires_grad(true);
  if (bias_.defined()) bias_ = Tensor::zeros({outputs}).set_requires_grad(true);
  reset_parameters(key);
}

}  // namespace graft::layers
