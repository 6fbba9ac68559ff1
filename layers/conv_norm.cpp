#include "graft/layers/conv_norm.h"

#include <array>

#include "graft/core/autocast.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/content_mark.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/conv2d.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/unary.h"
#include "graft/core/recorder.h"

namespace graft::layers {
namespace {

Conv2dOptions before_norm(Conv2dOptions options) {
  options.bias = false;
  options.initialisation = Initialisation::KaimingFanOut;
  return options;
}

}  // namespace

ConvNorm::ConvNorm(Module& owner, const std::string& conv_name, const std::string& norm_name,
                   int64_t inputs, int64_t outputs, int64_t kernel, Conv2dOptions options)
    : conv_(owner.register_module(
          conv_name, std::make_unique<Conv2d>(inputs, outputs, kernel, before_norm(options)))),
      norm_(owner.register_module(norm_name, std::make_unique<BatchNorm2d>(outputs))) {}

struct ConvNorm::Fold : FoldedConv {
  std::array<ContentMark, 5> sources;
  std::optional<DType> rounded_to;  // so that a fold is rounded once
};

std::shared_ptr<const FoldedConv> ConvNorm::folded() {
  const std::array<ContentMark, 5> sources{
      ContentMark(conv_.weight()), ContentMark(norm_.weight()), ContentMark(norm_.bias()),
      ContentMark(norm_.running_mean()), ContentMark(norm_.running_var())};
  const std::lock_guard lock(mutex_);
  const std::optional<DType> type = AutocastScope::current();
  if (fold_ && fold_->sources == sources && fold_->rounded_to == type) return fold_;
  const NoGrad no_grad;
  const Tensor scale = norm_.weight() * rsqrt(norm_.running_var() + norm_.eps());
  auto fold = std::make_shared<Fold>();
  fold->sources = sources;
  fold->rounded_to = type;
  fold->weight = autocast_narrow(conv_.weight() * reshape(scale, {scale.dim(0), 1, 1, 1}));
  fold->bias = autocast_narrow(norm_.bias() - norm_.running_mean() * scale);
  if (Recorder::current()) return fold;  // computed in each run: it holds nothing for others yet
  fold->weight.storage().keep_forms();
  fold_ = std::move(fold);
  return fold_;
}

std::shared_ptr<const FoldedConv> ConvNorm::folded_for(const Tensor& x, const Tensor& residual) {
  const bool gradient_passes =
      grad_enabled() && (x.requires_grad() || residual.requires_grad() || conv_.wants_gradients() ||
                         norm_.wants_gradients());
  if (!gradient_passes && norm_.on_stored_statistics()) return folded();
  const std::lock_guard lock(mutex_);
  fold_.reset();  // training has no use for it
  return nullptr;
}

Tensor ConvNorm::forward(const Tensor& x, Activation activation, const Tensor& residual) {
  const std::shared_ptr<const FoldedConv> fold = folded_for(x, residual);
  const Conv2dParams params = conv_.params_for(x.shape());
  if (fold) {
    const Precision precision = norm_.frozen() ? conv_.precision() : Precision::Full;
    return conv2d_fused(x, fold->weight, fold->bias, params, residual, activation, precision);
  }
  if (norm_.on_stored_statistics()) return norm_.forward(conv_(x), activation, residual);
  return norm_.forward_after_conv2d(x, conv_.weight(), params, activation, residual);
}

}  // namespace graft::layers
