#include "graft/core/ops/reduce.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/binary.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

// x's shape with the reduced axes set to 1.
Shape reduced_shape(const char* op, const Shape& shape, const std::vector<int>& axes) {
  Shape out = shape;
  if (axes.empty())
    for (int axis = 0; axis < shape.rank(); ++axis) out[axis] = 1;
  for (const int axis : axes) out[normalize_axis(op, axis, shape.rank())] = 1;
  return out;
}

Shape without_axes(const char* op, const Shape& shape, const std::vector<int>& axes) {
  if (axes.empty()) return {};
  std::array<bool, kMaxRank> gone{};
  for (const int axis : axes)
    gone[static_cast<size_t>(normalize_axis(op, axis, shape.rank()))] = true;
  Shape out;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (!gone[static_cast<size_t>(axis)]) out.push_back(shape[axis]);
  return out;
}

struct SumNode final : Node {
  Shape input;
  const char* name() const override { return "sum"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {broadcast_to(grad[0], input)};
  }
};

struct BroadcastNode final : Node {
  const char* name() const override { return "broadcast_to"; }
  bool broadcasts() const override { return true; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override { return {grad[0]}; }
};

// Piecewise linear: which elements are largest is a constant to every derivative.
struct MaxNode final : Node {
  Saved x, y;
  const char* name() const override { return "max"; }
  void release() override { x = {}, y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor in = x.get(*this).detach(), top = y.get(*this).detach();
    const Tensor hit = equal(in, top);
    return {mul(div(hit, sum_to(hit, top.shape())), grad[0])};
  }
};

// Reduction that keeps the axes.
Tensor reduce_keep(ReduceKind kind, const Tensor& x, const Shape& shape) {
  Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  run(slots().reduce, kind, x, y);
  return y;
}

Tensor sum_keep(const Tensor& x, const Shape& shape) {
  Tensor y = reduce_keep(ReduceKind::Sum, x, shape);
  if (needs_grad({&x})) {
    auto node = std::make_shared<SumNode>();
    node->input = x.shape();
    attach(y, node, {&x});
  }
  return y;
}

}  // namespace

Tensor sum(const Tensor& x, const std::vector<int>& axes, bool keep_axes) {
  const OpScope scope("sum");
  check_floating("sum", x);
  const Tensor y = sum_keep(x, reduced_shape("sum", x.shape(), axes));
  return keep_axes ? y : reshape(y, without_axes("sum", x.shape(), axes));
}

Tensor mean(const Tensor& x, const std::vector<int>& axes, bool keep_axes) {
  const OpScope scope("mean");
  const Tensor total = sum(x, axes, keep_axes);
  check(x.numel() > 0, ErrorKind::Shape, "mean: no elements: ", x.shape());
  return mul(total, static_cast<double>(total.numel()) / static_cast<double>(x.numel()));
}

Tensor max(const Tensor& x, const std::vector<int>& axes, bool keep_axes) {
  const OpScope scope("max");
  check_floating("max", x);
  check(x.numel() > 0, ErrorKind::Shape, "max: no elements: ", x.shape());
  Tensor y = reduce_keep(ReduceKind::Max, x, reduced_shape("max", x.shape(), axes));
  if (needs_grad({&x})) {
    auto node = std::make_shared<MaxNode>();
    node->x = Saved::input(x, 0);
    node->y = Saved::output(y);
    attach(y, node, {&x});
  }
  return keep_axes ? y : reshape(y, without_axes("max", x.shape(), axes));
}

Tensor argmax(const Tensor& x) {
  const OpScope scope("argmax");
  check_floating("argmax", x);
  check(x.rank() >= 1 && x.dim(-1) > 0, ErrorKind::Shape,
        "argmax: no last axis to search: ", x.shape());
  Shape shape;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) shape.push_back(x.shape()[axis]);
  Tensor y = Tensor::empty(shape, DType::I64, x.device());
  run(slots().argmax, x, y);
  return y;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  const OpScope scope("sum_to");
  const int lead = x.rank() - shape.rank();
  check(lead >= 0, ErrorKind::Shape, "sum_to: ", x.shape(), " does not sum to ", shape);
  Shape kept = x.shape();
  for (int axis = 0; axis < x.rank(); ++axis) {
    const int64_t target = axis < lead ? 1 : shape[axis - lead];
    check(target == kept[axis] || target == 1, ErrorKind::Shape, "sum_to: ", x.shape(),
          " does not sum to ", shape);
    kept[axis] = target;
  }
  const Tensor y = kept == x.shape() ? x : sum_keep(x, kept);
  return reshape(y, shape);
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  const OpScope scope("broadcast_to");
  check(broadcast_shapes("broadcast_to", x.shape(), shape) == shape, ErrorKind::Shape,
        "broadcast_to: ", x.shape(), " does not broadcast to ", shape);
  Tensor y = broadcast_view(x, shape);
  if (needs_grad({&x})) attach(y, std::make_shared<BroadcastNode>(), {&x});
  return y;
}

}  // namespace graft
