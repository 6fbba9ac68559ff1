#include "graft/core/autocast.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/matmul.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/reduce.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

// All axes but the last as one.
Shape as_rows(const Shape& shape) {
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < shape.rank(); ++axis) rows *= shape[axis];
  return {rows, shape.at(-1)};
}

struct LinearNode final : Node {
  Shape input;
  Saved x, weight;
  const char* name() const override { return "linear"; }
  void release() override { x = {}, weight = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor g = reshape(grad[0], as_rows(grad[0].shape()));
    Tensor dx, dw, db;
    if (wants(0)) dx = reshape(matmul(g, weight.get(*this)), input);
    if (wants(1)) dw = matmul(g, reshape(x.get(*this), as_rows(input)), true, false);
    if (wants(2)) db = sum(g, {0});
    return {dx, dw, db};
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const OpScope scope("linear");
  if (AutocastScope::current())
    return run_narrow([](auto&... in) { return linear(in...); }, x, weight, bias);
  check(x.rank() >= 1 && weight.rank() == 2 && x.dim(-1) == weight.dim(1), ErrorKind::Shape,
        "linear: needs x [...,K] and weight [N,K]: x ", x.shape(), " weight ", weight.shape());
  check_same_floating("linear", x, weight);
  check_bias("linear", bias, weight);
  Shape shape = x.shape();
  shape[shape.rank() - 1] = weight.dim(0);
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  const Shape rows = as_rows(shape);
  run(slots().linear, reshape(x.detach(), as_rows(x.shape())), weight, bias, Activation::None,
      y.alias(rows, rows.contiguous_strides(), 0));
  if (const Mask need = needs_grad({&x, &weight, &bias})) {
    auto node = std::make_shared<LinearNode>();
    node->input = x.shape();
    if (need & 0b001) node->weight = Saved::input(weight, 1);
    if (need & 0b010) node->x = Saved::input(x, 0);
    attach(y, node, {&x, &weight, &bias});
  }
  return y;
}

}  // namespace graft
