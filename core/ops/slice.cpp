#include <algorithm>

#include "graft/core/autograd/node.h"
#include "graft/core/ceil_div.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

// The transpose of slice: zeros of shape `input` with g where the slice was read. Made of pads and
// reshapes, so that every order of derivative exists.
Tensor unslice(const Tensor& g, const Shape& input, int axis, int64_t begin, int64_t step) {
  int64_t outer = 1, inner = 1;
  for (int k = 0; k < input.rank(); ++k) (k < axis ? outer : inner) *= k == axis ? 1 : input[k];
  const int64_t count = g.shape()[axis], room = input[axis] - begin;
  Tensor spread = reshape(g, {outer, count, 1, inner});
  if (step > 1) spread = pad(spread, {0, 0, 0, 0}, {0, 0, step - 1, 0});
  spread = reshape(spread, {outer, count * step, inner});
  if (count * step > room) spread = slice(spread, 1, 0, room);  // zeros after the last element
  return reshape(pad(spread, {0, begin, 0}, {0, room - spread.shape()[1], 0}), input);
}

struct SliceNode final : Node {
  SliceNode(const Shape& of, int along, int64_t from, int64_t every)
      : input(of), axis(along), begin(from), step(every) {}
  const Shape input;
  const int axis;
  const int64_t begin, step;
  const char* name() const override { return "slice"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {unslice(grad[0], input, axis, begin, step)};
  }
};

}  // namespace

Tensor slice(const Tensor& x, int axis, int64_t begin, int64_t end, int64_t step) {
  const OpScope scope("slice");
  const int along = normalize_axis("slice", axis, x.rank());
  check(0 <= begin && begin <= end && end <= x.shape()[along] && step > 0, ErrorKind::Shape,
        "slice: ", begin, "..", end, " step ", step, " of axis ", along, " of ", x.shape());
  step = std::min(step, std::max<int64_t>(end - begin, 1));  // a longer one takes no more
  Shape shape = x.shape(), strides = x.strides();
  shape[along] = ceil_div(end - begin, step);
  strides[along] *= step;
  Tensor y = x.alias(shape, strides, x.impl().offset + begin * x.strides()[along]);
  if (needs_grad({&x})) attach(y, std::make_shared<SliceNode>(x.shape(), along, begin, step), {&x});
  return y;
}

}  // namespace graft
