#include "graft/core/ops/batch_norm.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/numerics.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

enum Input : int { kX, kGamma, kBeta, kResidual };
constexpr Mask bit(Input input) { return Mask{1} << input; }

void check_operands(const char* op, const Tensor& x, const Tensor& residual,
                    std::initializer_list<const Tensor*> vectors) {
  check_floating(op, x);
  check(x.rank() >= 2, ErrorKind::Shape, op, ": needs x [...,C] with rows, not ", x.shape());
  const DType wanted = statistics_type(x);
  for (const Tensor* v : vectors)
    check(v->shape() == Shape{x.dim(-1)} && v->dtype() == wanted, ErrorKind::Shape, op,
          ": gamma, beta and statistics must be ", wanted, " [", x.dim(-1), "] for x ", x.shape(),
          ", not ", v->dtype(), ' ', v->shape());
  if (residual.defined())
    check(residual.shape() == x.shape() && residual.dtype() == x.dtype(), ErrorKind::Shape, op,
          ": residual ", residual.dtype(), ' ', residual.shape(), " for x ", x.dtype(), ' ',
          x.shape());
}

Tensor like(const Tensor& t) { return Tensor::empty(t.shape(), t.dtype(), t.device()); }

// Gradient before the activation, from that after it and the result (kept only if there is one).
Tensor through_activation(Activation activation, const Tensor& g, const Saved& y,
                          const Node& node) {
  return y.defined() ? activate_grad(g, y.get(node), activation) : g;
}

// Sums over the rows of g and of g (x - mean) rstd.
struct GradSums {
  Tensor g, gx;
  explicit GradSums(const Tensor& channels) : g(like(channels)), gx(like(channels)) {}
};

// The result is kept for the activation's derivative only where a residual is part of it: of x,
// which is kept anyway, it is computed again.
struct TrainNode final : Node {
  explicit TrainNode(const BatchNormParams& p) : params(p) {}
  const BatchNormParams params;
  Saved x, gamma, beta, mean, rstd, scale, y;
  const char* name() const override { return "batch_norm_train"; }
  void release() override { x = gamma = beta = mean = rstd = scale = y = {}; }

  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    std::vector<Tensor> result(4);
    const bool ours = !wants(kResidual) && (y.defined() || sole_owner(grad[0]));
    const Tensor g = through_activation(params.activation, grad[0], y, *this);
    if (wants(kResidual)) result[kResidual] = g;
    if (!wants(kX) && !wants(kGamma)) {
      if (wants(kBeta)) result[kBeta] = sum_to(g, inputs[kBeta].shape);
    } else if (grad_enabled()) {
      formula(beta.defined() ? activate_grad(g, result_again(), params.activation) : g, result);
    } else {
      fused(g, ours, result);
    }
    return result;
  }

 private:
  Tensor shift() const { return beta.defined() ? beta.get(*this).detach() : Tensor(); }

  // The bits of the forward pass, as a constant: the derivative is one almost everywhere.
  Tensor result_again() const {
    const Tensor in = x.get(*this);
    Tensor again = like(in);
    run(slots().batch_norm_apply, in, mean.get(*this), scale.get(*this), shift(), Tensor(),
        params.activation, again);
    return again;
  }

  // The gradient towards x takes the place of g if that is ours: a stream of writes less.
  void fused(const Tensor& g, bool ours, std::vector<Tensor>& result) const {
    const Tensor in = x.get(*this), m = mean.get(*this), r = rstd.get(*this);
    const Tensor factor = scale.get(*this), term = shift();
    const Activation activation = beta.defined() ? params.activation : Activation::None;
    const GradSums sums(m);
    run(slots().batch_norm_grad_sums, g, in, m, r, factor, term, activation, sums.g, sums.gx);
    if (wants(kX)) {
      result[kX] = ours ? g : like(in);
      run(slots().batch_norm_input_grad, g, in, m, r, factor, term, activation, sums.g, sums.gx,
          result[kX]);
    }
    if (wants(kGamma)) result[kGamma] = sums.gx;
    if (wants(kBeta)) result[kBeta] = sums.g;
  }

  // The same from operations, which can be differentiated again: the statistics are functions of x.
  void formula(const Tensor& g, std::vector<Tensor>& result) const {
    const Tensor in = x.get(*this);
    const Shape channels = mean.get(*this).shape();
    const double share = static_cast<double>(channels.numel()) / static_cast<double>(in.numel());
    const Tensor centred = sub(in, mul(sum_to(in, channels), share));
    const Tensor variance = mul(sum_to(square(centred), channels), share);
    const Tensor r = rsqrt(add(variance, params.eps));
    const Tensor normal = mul(centred, r);
    const Tensor sum_g = sum_to(g, channels), sum_gx = sum_to(mul(g, normal), channels);
    if (wants(kX)) {
      const Tensor inner = sub(sub(g, mul(sum_g, share)), mul(normal, mul(sum_gx, share)));
      result[kX] = mul(inner, mul(gamma.get(*this), r));
    }
    if (wants(kGamma)) result[kGamma] = sum_gx;
    if (wants(kBeta)) result[kBeta] = sum_g;
  }
};

struct EvalNode final : Node {
  explicit EvalNode(Activation act) : activation(act) {}
  const Activation activation;
  Saved x, gamma, mean, rstd, scale, y;
  const char* name() const override { return "batch_norm_eval"; }
  void release() override { x = gamma = mean = rstd = scale = y = {}; }

  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor g = through_activation(activation, grad[0], y, *this);
    std::vector<Tensor> result(4);
    if (wants(kResidual)) result[kResidual] = g;
    if (wants(kX)) result[kX] = input_gradient(g);
    if (wants(kGamma)) {
      const Tensor m = mean.get(*this), r = rstd.get(*this);
      if (grad_enabled()) {
        result[kGamma] = sum_to(mul(g, mul(sub(x.get(*this), m), r)), m.shape());
      } else {
        const GradSums sums(m);
        run(slots().batch_norm_grad_sums, g, x.get(*this), m, r, Tensor(), Tensor(),
            Activation::None, sums.g, sums.gx);
        result[kGamma] = sums.gx;
        if (wants(kBeta)) result[kBeta] = sums.g;
      }
    }
    if (wants(kBeta) && !result[kBeta].defined()) result[kBeta] = sum_to(g, inputs[kBeta].shape);
    return result;
  }

 private:
  Tensor input_gradient(const Tensor& g) const {
    const Tensor factor =
        scale.defined() ? scale.get(*this) : mul(gamma.get(*this), rstd.get(*this));
    if (grad_enabled()) return mul(g, factor);
    Tensor dx = like(g);
    run(slots().batch_norm_apply, g, Tensor(), factor, Tensor(), Tensor(), Activation::None, dx);
    return dx;
  }
};

// (1 - momentum) running + momentum value
Tensor moved(const Tensor& running, const Tensor& value, double momentum) {
  return add(mul(running.detach(), 1 - momentum), mul(value, momentum));
}

}  // namespace

Tensor batch_norm_train(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                        Tensor running_mean, Tensor running_var, const BatchNormParams& params,
                        const Tensor& residual, const ChannelMoments* moments) {
  const OpScope scope("batch_norm_train");
  check_operands("batch_norm_train", x, residual, {&gamma, &beta});
  for (const Tensor* running : {&running_mean, &running_var})
    if (running->defined()) check_operands("batch_norm_train", x, {}, {running});
  const int64_t count = x.dim(-1) ? x.numel() / x.dim(-1) : 0;
  check(count > 1, ErrorKind::Shape,
        "batch_norm_train: needs more than one value per channel, but x is ", x.shape());

  if (moments) check_operands("batch_norm_train", x, {}, {&moments->mean, &moments->variance});
  const auto [mean, variance] = moments ? *moments : ChannelMoments{like(gamma), like(gamma)};
  if (!moments) run(slots().batch_norm_stats, x, mean, variance);
  const Tensor rstd = like(gamma), scale = like(gamma);
  run(slots().batch_norm_scale, gamma, variance, params.eps, rstd, scale);
  Tensor y = like(x);
  run(slots().batch_norm_apply, x, mean, scale, beta, residual, params.activation, y);
  const auto n = static_cast<double>(count);
  // Both are computed before either is changed: memory may run out in between.
  Tensor next_mean, next_var;
  if (running_mean.defined()) next_mean = moved(running_mean, mean, params.momentum);
  if (running_var.defined())
    next_var = moved(running_var, mul(variance, n / (n - 1)), params.momentum);
  if (running_mean.defined()) running_mean.copy_(next_mean);
  if (running_var.defined()) running_var.copy_(next_var);

  if (const Mask need = needs_grad({&x, &gamma, &beta, &residual})) {
    auto node = std::make_shared<TrainNode>(params);
    if (need & (bit(kX) | bit(kGamma))) {
      node->x = Saved::activation(x, kX);
      node->mean = Saved::constant(mean);
      node->rstd = Saved::constant(rstd);
      node->scale = Saved::constant(scale);
    }
    if (need & bit(kX)) node->gamma = Saved::input(gamma, kGamma);
    if (params.activation != Activation::None) {
      // Of an x that is kept rounded the kinks would lie elsewhere.
      if (node->x.defined() && !residual.defined() && numerics().kept == Precision::Full)
        node->beta = Saved::input(beta, kBeta);
      else
        node->y = Saved::activation_output(y);
    }
    attach(y, node, {&x, &gamma, &beta, &residual});
  }
  return y;
}

Tensor batch_norm_eval(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                       const Tensor& running_mean, const Tensor& running_var,
                       const BatchNormParams& params, const Tensor& residual) {
  const OpScope scope("batch_norm_eval");
  check_operands("batch_norm_eval", x, residual, {&gamma, &beta, &running_mean, &running_var});
  const Tensor rstd = like(gamma), scale = like(gamma);
  run(slots().batch_norm_scale, gamma, running_var, params.eps, rstd, scale);
  Tensor y = like(x);
  run(slots().batch_norm_apply, x, running_mean, scale, beta, residual, params.activation, y);

  if (const Mask need = needs_grad({&x, &gamma, &beta, &residual})) {
    auto node = std::make_shared<EvalNode>(params.activation);
    if (need & bit(kGamma)) {
      node->x = Saved::activation(x, kX);
      // A copy: the running mean itself may move before backward.
      node->mean = Saved::constant(running_mean.clone());
      node->rstd = Saved::constant(rstd);
      if (need & bit(kX)) node->gamma = Saved::input(gamma, kGamma);
    } else if (need & bit(kX)) {
      node->scale = Saved::constant(scale);
    }
    if (params.activation != Activation::None) node->y = Saved::activation_output(y);
    attach(y, node, {&x, &gamma, &beta, &residual});
  }
  return y;
}

}  // namespace graft
