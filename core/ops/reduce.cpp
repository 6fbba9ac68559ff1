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

// `kept` is the result's shape with the reduced axes as 1.
struct SumNode final : Node {
  SumNode(const Shape& from, const Shape& to) : input(from), kept(to) {}
  const Shape input, kept;
  const char* name() const override { return "sum"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {broadcast_to(reshape(grad[0], kept), input)};
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
  explicit MaxNode(const Shape& to) : kept(to) {}
  const Shape kept;
  Saved x, y;
  const char* name() const override { return "max"; }
  void release() override { x = {}, y = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    const Tensor top = reshape(y.get(*this).detach(), kept);
    const Tensor hit = equal(x.get(*this).detach(), top);
    return {mul(div(hit, sum_to(hit, kept)), reshape(grad[0], kept))};
  }
};

// `kept` has 1 for a reduced axis; `shape` has the same elements.
Tensor reduce_to(ReduceKind kind, const Tensor& x, const Shape& kept, const Shape& shape) {
  const Tensor y = Tensor::empty(kept, x.dtype(), x.device());
  run(slots().reduce, kind, x, y);
  return y.alias(shape, shape.contiguous_strides(), 0);
}

Tensor sum_into(const Tensor& x, const Shape& kept, const Shape& shape) {
  Tensor y = reduce_to(ReduceKind::Sum, x, kept, shape);
  if (needs_grad({&x})) attach(y, std::make_shared<SumNode>(x.shape(), kept), {&x});
  return y;
}

}  // namespace

Tensor sum(const Tensor& x, const std::vector<int>& axes, bool keep_axes) {
  const OpScope scope("sum");
  check_floating("sum", x);
  const Shape kept = reduced_shape("sum", x.shape(), axes);
  return sum_into(x, kept, keep_axes ? kept : without_axes("sum", x.shape(), axes));
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
  const Shape kept = reduced_shape("max", x.shape(), axes);
  Tensor y =
      reduce_to(ReduceKind::Max, x, kept, keep_axes ? kept : without_axes("max", x.shape(), axes));
  if (needs_grad({&x})) {
    auto node = std::make_shared<MaxNode>(kept);
    node->x = Saved::input(x, 0);
    node->y = Saved::output(y);
    attach(y, node, {&x});
  }
  return y;
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
  return kept == x.shape() ? reshape(x, shape) : sum_into(x, kept, shape);
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
