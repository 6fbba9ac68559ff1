#include "graft/core/ops/cast.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"

namespace graft {
namespace {

struct CastNode final : Node {
  explicit CastNode(DType of) : input(of) {}
  const DType input;
  const char* name() const override { return "cast"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {cast(grad[0], input)};
  }
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype) {
  const OpScope scope("cast");
  if (x.dtype() == dtype) return x;
  Tensor y = Tensor::empty(x.shape(), dtype, x.device());
  run(slots().copy, x, y);
  if (is_floating(dtype) && needs_grad({&x}))
    attach(y, std::make_shared<CastNode>(x.dtype()), {&x});
  return y;
}

}  // namespace graft
