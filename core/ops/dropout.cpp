#include "graft/core/ops/dropout.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/recorder.h"

namespace graft {
namespace {

struct DropoutNode final : Node {
  DropoutNode(double probability, const RandomKey& of) : p(probability), key(of) {}
  const double p;
  const RandomKey key;
  const char* name() const override { return "dropout"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {dropout(grad[0], p, key)};
  }
};

}  // namespace

Tensor dropout(const Tensor& x, double p, const RandomKey& key) {
  const OpScope scope("dropout");
  check_floating("dropout", x);
  check(p >= 0 && p < 1, ErrorKind::Argument, "dropout: p must be in [0, 1): ", p);
  if (p == 0) return x;
  refuse_recording("dropout", "each run draws other random numbers");
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  run(slots().dropout, x, p, key, y);
  if (needs_grad({&x})) attach(y, std::make_shared<DropoutNode>(p, key), {&x});
  return y;
}

}  // namespace graft
