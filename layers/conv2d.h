// Two-dimensional convolution layer, NHWC.
#pragma once

#include "graft/core/op_params.h"
#include "graft/layers/init.h"
#include "graft/layers/module.h"

namespace graft::layers {

/// Where zeros go around the image: `padding` on every side, or TensorFlow's SAME for the input at
/// hand.
enum class PaddingMode { Explicit, Same };

struct Conv2dOptions {
  int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::Explicit;
  Initialisation initialisation = Initialisation::PyTorchDefault;
};

/// Parameters `weight` [out, k, k, in / groups] (in files [out, in / groups, k, k]) and `bias`
/// [out].
class Conv2d final : public Module {
 public:
  Conv2d(int64_t inputs, int64_t outputs, int64_t kernel, const Conv2dOptions& options = {});
  /// x [N,H,W,in] -> [N,OH,OW,out]
  Tensor forward(const Tensor& x) override;
  /// act(conv(x)), in one kernel.
  Tensor forward_activated(const Tensor& x, Activation activation) override;
  void reset_parameters(const RandomKey& key) override;
  void reset_outputs(int64_t outputs, const RandomKey& key) override;

  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }
  /// Parameters of the operation for an input of this shape.
  Conv2dParams params_for(const Shape& input) const;

 private:
  Conv2dOptions options_;
  Tensor weight_, bias_;
};

}  // namespace graft::layers
