#include "graft/core/ops/dropout.h"

#include "graft/core/autograd/node.h"
#include "graft/core/dispatch.h"
#include "graft/core/ops/operand_checks.h"
#include "graft/core/ops/to_device.h"
#include "graft/core/philox_words.h"
#include "graft/core/recorder.h"

namespace graft {
namespace {

struct DropoutNode final : Node {
  DropoutNode(double probability, const Tensor& of, uint64_t number)
      : p(probability), key(Saved::constant(of)), stream(number) {}
  const double p;
  Saved key;
  const uint64_t stream;
  const char* name() const override { return "dropout"; }
  void release() override { key = {}; }
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {dropout(grad[0], p, key.get(*this), stream)};
  }
};

void check_operand(const Tensor& x, double p) {
  check_floating("dropout", x);
  check(p >= 0 && p < 1, ErrorKind::Argument, "dropout: p must be in [0, 1): ", p);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, const Tensor& key, uint64_t stream) {
  const OpScope scope("dropout");
  check_operand(x, p);
  check(key.dtype() == DType::I32 && key.shape() == Shape{2}, ErrorKind::DType,
        "dropout: key must be i32 [2], not ", key.dtype(), ' ', key.shape());
  if (p == 0) return x;
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  run(slots().dropout, x, p, key, stream, y);
  if (needs_grad({&x})) attach(y, std::make_shared<DropoutNode>(p, key, stream), {&x});
  return y;
}

Tensor dropout(const Tensor& x, double p, const RandomKey& key) {
  const OpScope scope("dropout");
  check_operand(x, p);
  if (p == 0) return x;
  refuse_recording("dropout", "each run draws other random numbers");
  return dropout(x, p, to_device(philox_words(key), x.device()), key.sample);
}

}  // namespace graft
