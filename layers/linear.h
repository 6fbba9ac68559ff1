// Dense layer: y = x weight^T + bias over the last axis.
#pragma once

#include "graft/core/op_params.h"
#include "graft/layers/module.h"

namespace graft::layers {

/// Parameters `weight` [out, in] and `bias` [out].
class Linear final : public Module {
 public:
  Linear(int64_t inputs, int64_t outputs, bool bias = true);
  /// x [..., in] -> [..., out]
  Tensor forward(const Tensor& x) override { return forward_activated(x, Activation::None); }
  /// act(forward(x)), in one pass.
  Tensor forward_activated(const Tensor& x, Activation activation) override;
  void reset_parameters(const RandomKey& key) override;
  void reset_outputs(int64_t outputs, const RandomKey& key) override;
  int64_t outputs() const { return weight_.dim(0); }

 private:
  Tensor weight_, bias_;
};

}  // namespace graft::layers
