#include "graft/layers/batch_norm.h"

#include "graft/core/ops/conv2d_batch_norm.h"
#include "graft/core/recorder.h"

namespace graft::layers {

BatchNorm2d::BatchNorm2d(int64_t channels, double eps, double momentum)
    : eps_(eps), momentum_(momentum) {
  weight_ = Tensor::full({channels}, 1.0);
  bias_ = Tensor::zeros({channels});
  running_mean_ = Tensor::zeros({channels});
  running_var_ = Tensor::full({channels}, 1.0);
  num_batches_tracked_ = Tensor::zeros({}, DType::I64);
  register_parameter("weight", weight_);
  register_parameter("bias", bias_);
  register_buffer("running_mean", running_mean_);
  register_buffer("running_var", running_var_);
  register_counter("num_batches_tracked", num_batches_tracked_);
}

Tensor BatchNorm2d::forward(const Tensor& x, Activation activation, const Tensor& residual) {
  const BatchNormParams params{eps_, momentum_, activation};
  if (on_stored_statistics())
    return batch_norm_eval(x, weight_, bias_, running_mean_, running_var_, params, residual);
  Tensor y = batch_norm_train(x, weight_, bias_, running_mean_, running_var_, params, residual);
  count_batch();
  return y;
}

Tensor BatchNorm2d::forward_after_conv2d(const Tensor& x, const Tensor& weight,
                                         const Conv2dParams& conv, Activation activation,
                                         const Tensor& residual) {
  Tensor y = conv2d_batch_norm_train(x, weight, weight_, bias_, running_mean_, running_var_, conv,
                                     {eps_, momentum_, activation}, residual);
  count_batch();
  return y;
}

// Only a batch that went through.
void BatchNorm2d::count_batch() {
  do_each_run([count = num_batches_tracked_]() mutable {
    ++*count.data<int64_t>();
    count.storage().bump_version();
  });
}

void BatchNorm2d::reset_parameters(const RandomKey&) {
  weight_.fill_(1.0);
  bias_.fill_(0.0);
  running_mean_.fill_(0.0);
  running_var_.fill_(1.0);
  num_batches_tracked_.fill_(0.0);
}

void BatchNorm2d::reset_outputs(int64_t outputs, const RandomKey& key) {
  resize_parameter(weight_, {outputs});
  resize_parameter(bias_, {outputs});
  running_mean_ = Tensor::empty({outputs}, running_mean_.dtype(), running_mean_.device());
  running_var_ = Tensor::empty({outputs}, running_var_.dtype(), running_var_.device());
  reset_parameters(key);
}

}  // namespace graft::layers
