// Batch normalisation of [..., C] with running statistics (Ioffe and Szegedy 2015).
#pragma once

#include "graft/core/ops/batch_norm.h"
#include "graft/layers/module.h"

namespace graft::layers {

/// Parameters `weight`, `bias` [C]; buffers `running_mean`, `running_var` [C] and the i64 scalar
/// `num_batches_tracked`. Uses the batch's statistics in effective training, the stored ones else.
class BatchNorm2d final : public Module {
 public:
  explicit BatchNorm2d(int64_t channels, double eps = 1e-5, double momentum = 0.1);
  Tensor forward(const Tensor& x) override { return forward(x, Activation::None); }
  /// act(norm(x) + residual) in one pass over memory.
  Tensor forward(const Tensor& x, Activation activation, const Tensor& residual = {});
  /// forward(conv2d(x, weight), ...) on the statistics of the batch, which that convolution takes.
  Tensor forward_after_conv2d(const Tensor& x, const Tensor& weight, const Conv2dParams& conv,
                              Activation activation, const Tensor& residual = {});
  bool per_sample() const override { return !adapts_statistics(); }
  void reset_parameters(const RandomKey& key) override;
  void reset_outputs(int64_t outputs, const RandomKey& key) override;

  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }
  const Tensor& running_mean() const { return running_mean_; }
  const Tensor& running_var() const { return running_var_; }
  double eps() const { return eps_; }
  /// True while the stored statistics are used and stay as they are.
  bool on_stored_statistics() const { return !adapts_statistics(); }

 private:
  void count_batch();

  double eps_, momentum_;
  Tensor weight_, bias_, running_mean_, running_var_, num_batches_tracked_;
};

}  // namespace graft::layers
