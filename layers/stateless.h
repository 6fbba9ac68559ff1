// Layers without parameters: activations, pooling, flattening.
#pragma once

#include "graft/core/op_params.h"
#include "graft/layers/module.h"

namespace graft::layers {

class Relu final : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  Activation as_activation() const override { return Activation::Relu; }
};

class Relu6 final : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  Activation as_activation() const override { return Activation::Relu6; }
};

/// Windows over [N,H,W,C].
class MaxPool2d final : public Module {
 public:
  explicit MaxPool2d(const Pool2dParams& params) : params_(params) {}
  MaxPool2d(int64_t kernel, int64_t stride, int64_t padding = 0, bool ceil_mode = false)
      : params_{kernel, kernel, stride, stride, symmetric_padding(padding), ceil_mode} {}
  Tensor forward(const Tensor& x) override;
  bool takes_maxima() const override { return true; }

 private:
  Pool2dParams params_;
};

/// Mean over H and W: [N,H,W,C] -> [N,C].
class GlobalAvgPool2d final : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};

/// [N,H,W,C] -> [N, C H W] in the C, H, W order that dense weights from PyTorch files expect.
class Flatten final : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};

}  // namespace graft::layers
