#include "graft/core/ops/to_device.h"

#include "graft/core/autograd/node.h"
#include "graft/core/device_copy.h"
#include "graft/core/op_scope.h"

namespace graft {
namespace {

struct ToDeviceNode final : Node {
  explicit ToDeviceNode(Device of) : input(of) {}
  const Device input;
  const char* name() const override { return "to_device"; }
  void release() override {}
  std::vector<Tensor> backward(const std::vector<Tensor>& grad) override {
    return {to_device(grad[0], input)};
  }
};

}  // namespace

Tensor to_device(const Tensor& x, Device device) {
  const OpScope scope("to_device");
  if (x.device() == device) return x;
  Tensor y = Tensor::empty(x.shape(), x.dtype(), device);
  copy_between_devices(x, y);
  if (needs_grad({&x})) attach(y, std::make_shared<ToDeviceNode>(x.device()), {&x});
  return y;
}

}  // namespace graft
