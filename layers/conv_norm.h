// Convolution, batch normalisation and activation as one step, folded into one kernel where that is
// exact.
#pragma once

#include <memory>
#include <mutex>

#include "graft/core/ops/inverted_residual.h"
#include "graft/layers/batch_norm.h"
#include "graft/layers/conv2d.h"

namespace graft::layers {

/// A convolution without bias and its normalisation: a value that the owning module holds, while
/// the two layers are the owner's children under the given names. Where both are fixed and no
/// gradient passes through, it runs as one convolution with weight' = weight gamma / sqrt(var +
/// eps) and bias' = beta - mean gamma / sqrt(var + eps); the fold is kept until one of the tensors
/// changes (storage or version) or it is wanted in another type (core/autocast.h). forward() is
/// safe to call from many threads then.
class ConvNorm {
 public:
  /// `options` except for bias and initialisation, which are those of a layer before a norm.
  ConvNorm(Module& owner, const std::string& conv_name, const std::string& norm_name,
           int64_t inputs, int64_t outputs, int64_t kernel, Conv2dOptions options = {});

  /// act(norm(conv(x)) + residual); residual like the result, or none.
  Tensor forward(const Tensor& x, Activation activation, const Tensor& residual = {});
  /// The convolution with the norm folded in, if forward() of these operands would use it; else
  /// null.
  std::shared_ptr<const FoldedConv> folded_for(const Tensor& x, const Tensor& residual = {});
  /// Parameters of the convolution for an input of this shape.
  Conv2dParams params_for(const Shape& input) const { return conv_.params_for(input); }
  /// The two children, for a stage to name.
  std::vector<Module*> modules() { return {&conv_, &norm_}; }

 private:
  struct Fold;
  std::shared_ptr<const FoldedConv> folded();

  Conv2d& conv_;
  BatchNorm2d& norm_;
  std::mutex mutex_;
  std::shared_ptr<const Fold> fold_;
};

/// Convolution without bias ("0"), normalisation ("1") and activation, as torchvision names them.
class ConvNormAct final : public Module {
 public:
  ConvNormAct(int64_t inputs, int64_t outputs, int64_t kernel, const Conv2dOptions& options,
              Activation activation)
      : pair_(*this, "0", "1", inputs, outputs, kernel, options), activation_(activation) {}
  Tensor forward(const Tensor& x) override { return pair_.forward(x, activation_); }
  ConvNorm& pair() { return pair_; }

 private:
  ConvNorm pair_;
  Activation activation_;
};

}  // namespace graft::layers
