#include "graft/core/ops/loss.h"
#include "graft/core/autocast.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/softmax_grad.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

// The probabilities count as a second result of the node: a gradient of the gradient reaches the
// logits through them, and the logits need not be kept.
struct CrossEntropyNode final : Node {
  explicit CrossEntropyNode(const CrossEntropyParams& p) : params(p) { outputs = 2; }
  const CrossEntropyParams params;
  Saved probabilities, labels;
  const char* name() const override { return "cross_entropy"; }
  void release() override { probabilities = {}, labels = {}; }

  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor p = probabilities.get(*this);
    Tensor d;
    if (grad[0].defined()) d = towards_logits(grad[0], p);
    if (grad[1].defined()) {
      const Tensor through = softmax_grad(grad[1], p);
      d = d.defined() ? add(d, through) : through;
    }
    return {d};
  }

 private:
  // scale g (p - target)
  Tensor towards_logits(const Tensor& g, const Tensor& p) const {
    if (!grad_enabled()) return kernel(p, g, params);
    const Tensor one = Tensor::full({}, 1.0, g.dtype(), g.device());
    const Tensor minus_target =
        kernel(Tensor::zeros(p.shape(), p.dtype(), p.device()), one, {params.smoothing, 1.0});
    const Tensor factor = mul(reshape(g, {g.numel(), 1}), params.scale);
    return mul(factor, add(p, minus_target));
  }

  Tensor kernel(const Tensor& p, const Tensor& g, const CrossEntropyParams& with) const {
    Tensor d = Tensor::empty(p.shape(), p.dtype(), p.device());
    run(slots().cross_entropy_grad, p, labels.get(*this), g, with, d);
    return d;
  }
};

}  // namespace

Tensor cross_entropy(const Tensor& given, const Tensor& labels, double smoothing,
                     Reduction reduction) {
  const OpScope scope("cross_entropy");
  const Tensor logits = autocast_widen(given);
  check_floating("cross_entropy", logits);
  check(logits.rank() == 2, ErrorKind::Shape, "cross_entropy: needs logits [N,C], not ",
        logits.shape());
  check_index("cross_entropy", "labels", labels, logits.dim(1));
  check(labels.dim(0) == logits.dim(0), ErrorKind::Shape, "cross_entropy: ", labels.dim(0),
        " labels for logits ", logits.shape());
  check(smoothing >= 0 && smoothing < 1, ErrorKind::Argument,
        "cross_entropy: smoothing must be in [0, 1): ", smoothing);
  const int64_t samples = labels.dim(0);
  check(samples > 0 || reduction != Reduction::Mean, ErrorKind::Shape,
        "cross_entropy: no mean of no samples: logits ", logits.shape());
  const CrossEntropyParams params{
      smoothing, reduction == Reduction::Mean ? 1 / static_cast<double>(samples) : 1.0};
  Tensor loss = Tensor::empty(reduction == Reduction::None ? labels.shape() : Shape{},
                              logits.dtype(), logits.device());
  const Tensor probabilities = Tensor::empty(logits.shape(), logits.dtype(), logits.device());
  run(slots().cross_entropy, logits, labels, params, loss, probabilities);
  if (needs_grad({&logits})) {
    auto node = std::make_shared<CrossEntropyNode>(params);
    node->probabilities = Saved::output(probabilities, 1);
    node->labels = Saved::constant(labels);
    attach(loss, node, {&logits});
  }
  return loss;
}

Tensor mse_loss(const Tensor& prediction, const Tensor& target, Reduction reduction) {
  const OpScope scope("mse_loss");
  check(prediction.shape() == target.shape(), ErrorKind::Shape, "mse_loss: prediction ",
        prediction.shape(), " target ", target.shape());
  const Tensor squares = square(sub(prediction, target));
  if (reduction == Reduction::None) return squares;
  return reduction == Reduction::Sum ? sum(squares) : mean(squares);
}

}  // namespace graft
