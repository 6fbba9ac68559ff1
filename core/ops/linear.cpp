#include "graft/core/ops/linear.h"

#include "graft/core/autocast.h"
#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/matmul.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"
#include "graft/core/ops/unary.h"

namespace graft {
namespace {

// All axes but the last as one.
Shape as_rows(const Shape& shape) {
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < shape.rank(); ++axis) rows *= shape[axis];
  return {rows, shape.at(-1)};
}

// x itself if it is a matrix.
Tensor matrix(const Tensor& x) { return x.rank() == 2 ? x : reshape(x, as_rows(x.shape())); }

struct LinearNode final : Node {
  explicit LinearNode(Activation act) : activation(act) {}
  const Activation activation;
  Saved x, weight, y;
  const char* name() const override { return "linear"; }
  void release() override { x = {}, weight = {}, y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor& after = grad[0];
    const Tensor g = matrix(y.defined() ? activate_grad(after, y.get(*this), activation) : after);
    Tensor dx, dw, db;
    if (wants(0)) dx = reshape(matmul(g, weight.get(*this)), inputs[0].shape);
    if (wants(1) && grad_enabled())  // from operations, which can be differentiated again
      dw = matmul(g, matrix(x.get(*this)), true, false);
    else if (wants(1))
      run_weight_grad(g, dw, db);
    if (wants(2) && !db.defined()) db = sum_to(g, inputs[2].shape);
    return {dx, dw, db};
  }

 private:
  // Both by one kernel, or the weight's alone: a single row is its own sum.
  void run_weight_grad(const Tensor& g, Tensor& dw, Tensor& db) const {
    dw = Tensor::empty(inputs[1].shape, g.dtype(), g.device());
    if (wants(2) && g.dim(0) != 1) db = Tensor::empty(inputs[2].shape, g.dtype(), g.device());
    run(slots().linear_weight_grad, g, matrix(x.get(*this)), dw, db);
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation) {
  const OpScope scope("linear");
  if (AutocastScope::current())
    return run_narrow([&](auto&... in) { return linear(in..., activation); }, x, weight, bias);
  check(x.rank() >= 1 && weight.rank() == 2 && x.dim(-1) == weight.dim(1), ErrorKind::Shape,
        "linear: needs x [...,K] and weight [N,K]: x ", x.shape(), " weight ", weight.shape());
  check_same_floating("linear", x, weight);
  check_bias("linear", bias, weight);
  Shape shape = x.shape();
  shape[shape.rank() - 1] = weight.dim(0);
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  run(slots().linear, x.rank() == 2 ? x : matrix(x.detach()), weight, bias, activation, matrix(y));
  if (const Mask need = needs_grad({&x, &weight, &bias})) {
    auto node = std::make_shared<LinearNode>(activation);
    if (need & 0b001) node->weight = Saved::input(weight, 1);
    if (need & 0b010) node->x = Saved::activation(x, 0);
    if (activation != Activation::None) node->y = Saved::activation_output(y);
    attach(y, node, {&x, &weight, &bias});
  }
  return y;
}

}  // namespace graft
