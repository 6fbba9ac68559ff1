// Layer normalisation over the last axis (Ba, Kiros and Hinton 2016).
#pragma once

#include "graft/layers/module.h"

namespace graft::layers {

/// Parameters `weight`, `bias` [C], as PyTorch's LayerNorm(C).
class LayerNorm final : public Module {
 public:
  explicit LayerNorm(int64_t channels, double eps = 1e-5);
  /// x [..., C]
  Tensor forward(const Tensor& x) override;
  void reset_parameters(const RandomKey& key) override;

 private:
  double eps_;
  Tensor weight_, bias_;
};

}  // namespace graft::layers
