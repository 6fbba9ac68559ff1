#include "graft/core/ops/layer_norm.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/cast.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

enum Input : int { kX, kGamma, kBeta };

struct LayerNormNode final : Node {
  LayerNormNode(double e, const Tensor& beta)
      : eps(e), channels(beta.shape()), type(beta.dtype()) {}
  const double eps;
  const Shape channels;
  const DType type;  // of gamma, beta and statistics
  Saved x, gamma, mean, rstd;
  const char* name() const override { return "layer_norm"; }
  void release() override { x = gamma = mean = rstd = {}; }

  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor& g = grad[0];
    std::vector<Tensor> result(3);
    if (!wants(kX) && !wants(kGamma))
      result[kBeta] = sum_to(cast(g, type), channels);
    else if (grad_enabled())
      formula(g, result);
    else
      fused(g, result);
    return result;
  }

 private:
  void fused(const Tensor& g, std::vector<Tensor>& result) const {
    const Tensor in = x.get(*this), m = mean.get(*this), r = rstd.get(*this);
    if (wants(kX)) {
      result[kX] = Tensor::empty(in.shape(), in.dtype(), in.device());
      run(slots().layer_norm_input_grad, g, in, gamma.get(*this), m, r, result[kX]);
    }
    if (!wants(kGamma) && !wants(kBeta)) return;
    const Tensor dgamma = Tensor::empty(channels, type, in.device());
    const Tensor dbeta = Tensor::empty(channels, type, in.device());
    run(slots().layer_norm_parameter_grads, g, in, m, r, dgamma, dbeta);
    if (wants(kGamma)) result[kGamma] = dgamma;
    if (wants(kBeta)) result[kBeta] = dbeta;
  }

  // The same from operations, which can be differentiated again: the statistics are functions of x.
  void formula(const Tensor& g, std::vector<Tensor>& result) const {
    const Tensor in = x.get(*this);
    const double share = 1 / static_cast<double>(channels[0]);
    const auto mean_of = [&](const Tensor& t) { return mul(sum(t, {-1}, true), share); };
    const Tensor centred = sub(in, mean_of(in));
    const Tensor r = rsqrt(add(mean_of(square(centred)), eps));
    const Tensor normal = mul(centred, r);
    if (wants(kX)) {
      const Tensor h = mul(g, gamma.get(*this));
      result[kX] = mul(r, sub(sub(h, mean_of(h)), mul(normal, mean_of(mul(h, normal)))));
    }
    if (wants(kGamma)) result[kGamma] = sum_to(mul(g, normal), channels);
    if (wants(kBeta)) result[kBeta] = sum_to(g, channels);
  }
};

}  // namespace

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double eps) {
  const OpScope scope("layer_norm");
  check_floating("layer_norm", x);
  check(x.rank() >= 1 && x.dim(-1) > 0, ErrorKind::Shape,
        "layer_norm: needs x [...,C] with channels, not ", x.shape());
  const DType type = statistics_type(x);
  for (const Tensor* v : {&gamma, &beta})
    check(v->shape() == Shape{x.dim(-1)} && v->dtype() == type, ErrorKind::Shape,
          "layer_norm: gamma and beta must be ", type, " [", x.dim(-1), "] for x ", x.shape(),
          ", not ", v->dtype(), ' ', v->shape());
  const Shape rows{x.numel() / x.dim(-1)};
  const Tensor mean = Tensor::empty(rows, type, x.device());
  const Tensor rstd = Tensor::empty(rows, type, x.device());
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  run(slots().layer_norm, x, gamma, beta, eps, mean, rstd, y);
  if (const Mask need = needs_grad({&x, &gamma, &beta})) {
    auto node = std::make_shared<LayerNormNode>(eps, beta);
    if (need & 0b011) {
      node->x = Saved::activation(x, kX);
      node->mean = Saved::constant(mean);
      node->rstd = Saved::constant(rstd);
    }
    if (need & 0b001) node->gamma = Saved::input(gamma, kGamma);
    attach(y, node, {&x, &gamma, &beta});
  }
  return y;
}

}  // namespace graft
