// Convolution, batch normalisation and activation as one step, folded into one kernel where that is
// exact.
#pragma once

#include <memory>
#include <mutex>

#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"

namespace graft::layers {

/// A pair (convolution, normalisation) owned elsewhere. Where both are fixed and no gradient passes
/// through, it runs as one convolution with weight' = weight gamma / sqrt(var + eps) and
/// bias' = beta + (bias - mean) gamma / sqrt(var + eps); the fold is kept until one of the tensors
/// changes (storage or version). forward() is safe to call from many threads then.
class ConvNorm {
 public:
  ConvNorm(Conv2d& conv, BatchNorm2d& norm) : conv_(conv), norm_(norm) {}

  /// act(norm(conv(x)) + residual); residual like the result, or none.
  Tensor forward(const Tensor& x, Activation activation, const Tensor& residual = {});

 private:
  struct Fold;
  std::shared_ptr<const Fold> folded();

  Conv2d& conv_;
  BatchNorm2d& norm_;
  std::mutex mutex_;
  std::shared_ptr<const Fold> fold_;
};

/// Convolution without bias ("0"), normalisation ("1") and activation, as torchvision names them.
class ConvNormAct final : public Module {
 public:
  ConvNormAct(int64_t inputs, int64_t outputs, int64_t kernel, Conv2dOptions options,
              Activation activation);
  Tensor forward(const Tensor& x) override { return pair_.forward(x, activation_); }

 private:
  Conv2d& conv_;
  BatchNorm2d& norm_;
  ConvNorm pair_;
  Activation activation_;
};

/// act(conv(x)), in one kernel where no gradient passes.
Tensor conv_act(Conv2d& conv, Activation activation, const Tensor& x);

}  // namespace graft::layers
