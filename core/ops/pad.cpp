#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/extents.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

struct PadNode final : Node {
  PadNode(const Shape& of, std::vector<int64_t> ahead) : input(of), before(std::move(ahead)) {}
  const Shape input;
  const std::vector<int64_t> before;
  const char* name() const override { return "pad"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    Tensor inside = grad[0];
    for (int axis = 0; axis < input.rank(); ++axis) {
      const int64_t begin = before[static_cast<size_t>(axis)];
      if (inside.shape()[axis] != input[axis])
        inside = slice(inside, axis, begin, begin + input[axis]);
    }
    return {inside};
  }
};

}  // namespace

Tensor pad(const Tensor& x, const std::vector<int64_t>& before, const std::vector<int64_t>& after,
           double value) {
  const OpScope scope("pad");
  const auto rank = static_cast<size_t>(x.rank());
  check(before.size() == rank && after.size() == rank, ErrorKind::Shape, "pad: ", before.size(),
        " and ", after.size(), " amounts for ", x.shape());
  Shape shape = x.shape();
  int64_t offset = 0;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const int64_t ahead = before[static_cast<size_t>(axis)];
    const int64_t behind = after[static_cast<size_t>(axis)];
    check(ahead >= 0 && behind >= 0, ErrorKind::Argument, "pad: negative amount ",
          std::min(ahead, behind), " at axis ", axis, " of ", x.shape());
    shape[axis] = add_extents("pad", shape[axis], add_extents("pad", ahead, behind));
  }
  Tensor y = Tensor::full(shape, value, x.dtype(), x.device());
  for (int axis = 0; axis < x.rank(); ++axis)
    offset += before[static_cast<size_t>(axis)] * y.strides()[axis];
  run(slots().copy, x, y.alias(x.shape(), y.strides(), offset));
  if (needs_grad({&x})) attach(y, std::make_shared<PadNode>(x.shape(), before), {&x});
  return y;
}

}  // namespace graft
