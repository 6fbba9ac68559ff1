#include "graft/layers/layer_norm.h"

#include "graft/core/ops/layer_norm.h"

namespace graft::layers {

LayerNorm::LayerNorm(int64_t channels, double eps) : eps_(eps) {
  weight_ = Tensor::full({channels}, 1.0);
  bias_ = Tensor::zeros({channels});
  register_parameter("weight", weight_);
  register_parameter("bias", bias_);
}

Tensor LayerNorm::forward(const Tensor& x) { return layer_norm(x, weight_, bias_, eps_); }

void LayerNorm::reset_parameters(const RandomKey&) {
  weight_.fill_(1.0);
  bias_.fill_(0.0);
}

}  // namespace graft::layers
