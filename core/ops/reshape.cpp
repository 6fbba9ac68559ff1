// Other extents over the same elements in row-major order.
#include <algorithm>

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

// `wanted` with its -1 replaced by what is left of x's elements.
Shape resolve(const Shape& x, const Shape& wanted) {
  Shape out = wanted;
  const int64_t* const found = std::find(wanted.begin(), wanted.end(), -1);
  const auto open = static_cast<int>(found - wanted.begin());
  if (open < wanted.rank()) out[open] = 1;
  for (const int64_t extent : out)
    check(extent >= 0, ErrorKind::Shape, "reshape: ", x, " does not fit into ", wanted);
  const int64_t count = x.numel(), known = out.numel();
  if (open < wanted.rank() && known > 0) out[open] = count / known;
  check(out.numel() == count && (open == wanted.rank() || known > 0), ErrorKind::Shape,
        "reshape: ", x, " does not fit into ", wanted);
  return out;
}

struct ReshapeNode final : Node {
  explicit ReshapeNode(const Shape& of) : input(of) {}
  const Shape input;
  const char* name() const override { return "reshape"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {reshape(grad[0], input)};
  }
};

struct ContiguousNode final : Node {
  const char* name() const override { return "contiguous"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override { return {grad[0]}; }
};

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  const OpScope scope("reshape");
  const Shape target = resolve(x.shape(), shape);
  if (target == x.shape()) return x;
  const Tensor dense = contiguous(x);
  Tensor y = dense.alias(target, target.contiguous_strides(), dense.impl().offset);
  if (needs_grad({&dense})) attach(y, std::make_shared<ReshapeNode>(x.shape()), {&dense});
  return y;
}

Tensor flatten(const Tensor& x, int from, int to) {
  const OpScope scope("flatten");
  if (x.rank() == 0) return reshape(x, {1});
  const int first = normalize_axis("flatten", from, x.rank());
  const int last = normalize_axis("flatten", to, x.rank());
  check(first <= last, ErrorKind::Shape, "flatten: axes ", from, "..", to, " of ", x.shape());
  Shape shape;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axis <= first || axis > last)
      shape.push_back(x.shape()[axis]);
    else
      shape[first] *= x.shape()[axis];
  }
  return reshape(x, shape);
}

Tensor contiguous(const Tensor& x) {
  const OpScope scope("contiguous");
  if (x.is_contiguous()) return x;
  Tensor y = x.clone();
  if (needs_grad({&x})) attach(y, std::make_shared<ContiguousNode>(), {&x});
  return y;
}

}  // namespace graft
