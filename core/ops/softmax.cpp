#include "graft/core/ops/softmax.h"

#include "graft/core/autocast.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/softmax_grad.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

struct SoftmaxNode final : Node {
  Saved y;
  const char* name() const override { return "softmax"; }
  void release() override { y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {softmax_grad(grad[0], y.get(*this))};
  }
};

struct LogSoftmaxNode final : Node {
  Saved y;
  const char* name() const override { return "log_softmax"; }
  void release() override { y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor &g = grad[0], kept = y.get(*this);
    if (grad_enabled()) return {sub(g, mul(exp(kept), sum(g, {-1}, true)))};
    Tensor dx = Tensor::empty(kept.shape(), kept.dtype(), kept.device());
    run(slots().log_softmax_grad, g, kept, dx);
    return {dx};
  }
};

template <class RowNode, class RowSlot>
Tensor along_rows(const char* op, const RowSlot& slot, const Tensor& x) {
  const OpScope scope(op);
  check_floating(op, x);
  check(x.rank() >= 1, ErrorKind::Shape, op, ": needs a last axis, not ", x.shape());
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  run(slot, x, y);
  if (needs_grad({&x})) {
    auto node = std::make_shared<RowNode>();
    node->y = Saved::output(y);
    attach(y, node, {&x});
  }
  return y;
}

}  // namespace

Tensor softmax_grad(const Tensor& g, const Tensor& y) {
  if (grad_enabled()) return mul(y, sub(g, sum(mul(g, y), {-1}, true)));
  Tensor dx = Tensor::empty(y.shape(), y.dtype(), y.device());
  run(slots().softmax_grad, g, y, dx);
  return dx;
}

Tensor softmax(const Tensor& x) {
  return along_rows<SoftmaxNode>("softmax", slots().softmax, autocast_widen(x));
}

Tensor log_softmax(const Tensor& x) {
  return along_rows<LogSoftmaxNode>("log_softmax", slots().log_softmax, autocast_widen(x));
}

}  // namespace graft
