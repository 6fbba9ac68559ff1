#include <algorithm>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/shape_ops.h"

namespace graft {
namespace {

struct CatNode final : Node {
  explicit CatNode(int along) : axis(along) {}
  const int axis;
  const char* name() const override { return "cat"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    std::vector<Tensor> parts(inputs.size());
    int64_t begin = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const int64_t end = begin + inputs[i].shape[axis];
      if (wants(i)) parts[i] = slice(grad[0], axis, begin, end);
      begin = end;
    }
    return parts;
  }
};

}  // namespace

Tensor cat(const std::vector<Tensor>& parts, int axis) {
  const OpScope scope("cat");
  check(!parts.empty(), ErrorKind::Argument, "cat: no tensors");
  const Tensor& first = parts.front();
  const int along = normalize_axis("cat", axis, first.rank());
  Shape shape = first.shape();
  shape[along] = 0;
  std::vector<const Tensor*> inputs;
  for (const Tensor& part : parts) {
    bool fits = part.rank() == shape.rank();
    for (int k = 0; fits && k < shape.rank(); ++k) fits = k == along || part.shape()[k] == shape[k];
    check(fits, ErrorKind::Shape, "cat: ", part.shape(), " after ", first.shape(), " along axis ",
          along);
    check(part.dtype() == first.dtype(), ErrorKind::DType, "cat: ", part.dtype(), " after ",
          first.dtype());
    shape[along] += part.shape()[along];
    inputs.push_back(&part);
  }
  Tensor y = Tensor::empty(shape, first.dtype(), first.device());
  int64_t begin = 0;
  for (const Tensor& part : parts) {
    run(slots().copy, part, y.alias(part.shape(), y.strides(), begin * y.strides()[along]));
    begin += part.shape()[along];
  }
  if (grad_enabled() &&
      std::any_of(parts.begin(), parts.end(), [](const Tensor& t) { return t.requires_grad(); }))
    attach(y, std::make_shared<CatNode>(along), inputs);
  return y;
}

}  // namespace graft
