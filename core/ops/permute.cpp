#include "graft/core/autograd/node.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

std::vector<int> inverse(const std::vector<int>& order) {
  std::vector<int> out(order.size());
  for (size_t axis = 0; axis < order.size(); ++axis)
    out[static_cast<size_t>(order[axis])] = static_cast<int>(axis);
  return out;
}

struct PermuteNode final : Node {
  explicit PermuteNode(std::vector<int> of) : order(std::move(of)) {}
  const std::vector<int> order;
  const char* name() const override { return "permute"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {permute(grad[0], inverse(order))};
  }
};

}  // namespace

Tensor permute(const Tensor& x, const std::vector<int>& order) {
  const OpScope scope("permute");
  Shape named, shape, strides;  // `named`: the order as given, for the message
  for (const int axis : order) named.push_back(axis);
  std::vector<int> axes;
  std::array<bool, kMaxRank> seen{};
  for (const int axis : order) {
    axes.push_back(normalize_axis("permute", axis, x.rank()));
    bool& taken = seen[static_cast<size_t>(axes.back())];
    check(!taken, ErrorKind::Shape, "permute: order ", named, " names an axis twice");
    taken = true;
    shape.push_back(x.shape()[axes.back()]);
    strides.push_back(x.strides()[axes.back()]);
  }
  check(shape.rank() == x.rank(), ErrorKind::Shape, "permute: order ", named, " for ", x.shape());
  Tensor y = x.alias(shape, strides, x.impl().offset);
  if (needs_grad({&x})) attach(y, std::make_shared<PermuteNode>(std::move(axes)), {&x});
  return y;
}

Tensor transpose(const Tensor& x, int a, int b) {
  const OpScope scope("transpose");
  std::vector<int> order(static_cast<size_t>(x.rank()));
  for (size_t axis = 0; axis < order.size(); ++axis) order[axis] = static_cast<int>(axis);
  std::swap(order[static_cast<size_t>(normalize_axis("transpose", a, x.rank()))],
            order[static_cast<size_t>(normalize_axis("transpose", b, x.rank()))]);
  return permute(x, order);
}

}  // namespace graft
