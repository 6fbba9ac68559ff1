#include "graft/layers/conv_norm.h"

#include <array>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/content_mark.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/conv2d.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/unary.h"

namespace graft::layers {
struct ConvNorm::Fold {
  std::array<ContentMark, 6> sources;
  Tensor weight, bias;
};

std::shared_ptr<const ConvNorm::Fold> ConvNorm::folded() {
  const std::array<ContentMark, 6> sources{
      ContentMark(conv_.weight()),       ContentMark(conv_.bias()),
      ContentMark(norm_.weight()),       ContentMark(norm_.bias()),
      ContentMark(norm_.running_mean()), ContentMark(norm_.running_var())};
  const std::lock_guard lock(mutex_);
  if (fold_ && fold_->sources == sources) return fold_;
  const NoGrad no_grad;
  const Tensor scale = norm_.weight() * rsqrt(norm_.running_var() + norm_.eps());
  const Tensor offset =
      conv_.bias().defined() ? conv_.bias() - norm_.running_mean() : neg(norm_.running_mean());
  auto fold = std::make_shared<Fold>();
  fold->sources = sources;
  fold->weight = conv_.weight() * reshape(scale, {scale.dim(0), 1, 1, 1});
  fold->bias = norm_.bias() + offset * scale;
  fold_ = std::move(fold);
  return fold_;
}

Tensor ConvNorm::forward(const Tensor& x, Activation activation, const Tensor& residual) {
  const bool gradient_passes =
      grad_enabled() && (x.requires_grad() || residual.requires_grad() || conv_.wants_gradients() ||
                         norm_.wants_gradients());
  if (gradient_passes || !norm_.on_stored_statistics())
    return norm_.forward(conv_(x), activation, residual);
  const std::shared_ptr<const Fold> fold = folded();
  return conv2d_fused(x, fold->weight, fold->bias, conv_.params_for(x.shape()), residual,
                      activation);
}

namespace {

Conv2dOptions without_bias(Conv2dOptions options) {
  options.bias = false;
  return options;
}

}  // namespace

ConvNormAct::ConvNormAct(int64_t inputs, int64_t outputs, int64_t kernel, Conv2dOptions options,
                         Activation activation)
    : conv_(register_module(
          "0", std::make_unique<Conv2d>(inputs, outputs, kernel, without_bias(options)))),
      norm_(register_module("1", std::make_unique<BatchNorm2d>(outputs))),
      pair_(conv_, norm_),
      activation_(activation) {
  conv_.use_kaiming();
}

Tensor conv_act(Conv2d& conv, Activation activation, const Tensor& x) {
  if (!grad_enabled() || !(x.requires_grad() || conv.wants_gradients()))
    return conv2d_fused(x, conv.weight(), conv.bias(), conv.params_for(x.shape()), {}, activation);
  const Tensor y = conv(x);
  return activation == Activation::Relu ? relu(y) : activation == Activation::Relu6 ? relu6(y) : y;
}

}  // namespace graft::layers
