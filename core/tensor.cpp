#include "graft/core/tensor.h"

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/autograd/meta.h"
#include "graft/core/device_copy.h"
#include "graft/core/dispatch.h"
#include "graft/core/op_scope.h"
#include "graft/core/recorder.h"

namespace graft {

namespace {

Allocator& memory_for(Device device) {
  const Recorder* const recorder = Recorder::current();
  if (recorder && recorder->memory() && device.type == DeviceType::Cpu) return *recorder->memory();
  return allocator(device);
}

void note_write(const Tensor& tensor) {
  tensor.storage().bump_version();
  if (Recorder* const recorder = Recorder::current()) recorder->add_write(tensor);
}

}  // namespace

TensorImpl::TensorImpl() = default;
TensorImpl::~TensorImpl() = default;

void Tensor::fail_undefined() {
  fail(ErrorKind::Argument, OpScope::current(), ": tensor is undefined");
}

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  auto impl = std::make_shared<TensorImpl>();
  size_t bytes = 0;
  check(!__builtin_mul_overflow(static_cast<size_t>(shape.numel()), size_of(dtype), &bytes),
        ErrorKind::Limit, OpScope::current(), ": byte count overflows: ", dtype, ' ', shape);
  try {
    impl->storage = std::make_shared<Storage>(bytes, current_stream(device), memory_for(device));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::OutOfMemory) throw;
    fail(ErrorKind::OutOfMemory, error.what(), " for ", dtype, ' ', shape);
  }
  impl->shape = shape;
  impl->strides = shape.contiguous_strides();
  impl->dtype = dtype;
  return Tensor(std::move(impl));
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Device device) {
  Tensor out = empty(shape, dtype, device);
  run(slots().fill, out, value);
  return out;
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  return full(shape, 0.0, dtype, device);
}

bool Tensor::is_contiguous() const {
  const TensorImpl& t = impl();
  return ConstView(nullptr, t.shape, t.strides, t.dtype).contiguous();
}

void* Tensor::raw_data() const {
  const TensorImpl& t = impl();
  return static_cast<std::byte*>(t.storage->data()) +
         t.offset * static_cast<int64_t>(size_of(t.dtype));
}

void Tensor::check_access(DType wanted) const {
  check(dtype() == wanted, ErrorKind::DType, "data: tensor holds ", dtype(), ", not ", wanted);
  check(device().type == DeviceType::Cpu, ErrorKind::Device, "data: tensor is on ", device());
  refuse_recording(OpScope::current(), "needs values on the host");
}

double Tensor::item() const {
  check(numel() == 1, ErrorKind::Shape, "item: tensor has shape ", shape(), ", not one element");
  const OpScope scope("item");
  Tensor value = empty({}, DType::F64);
  value.copy_(alias({}, {}, impl().offset));
  return *value.data<double>();
}

bool Tensor::requires_grad() const {
  return impl_ && impl_->autograd && impl_->autograd->wants_grad();
}

Tensor& Tensor::set_requires_grad(bool wanted) {
  TensorImpl& t = impl();
  check(!t.autograd || !t.autograd->producer, ErrorKind::Autograd,
        "set_requires_grad: tensor is computed, not a leaf; detach() it first");
  check(!wanted || is_floating(t.dtype), ErrorKind::DType, "set_requires_grad: ", t.dtype,
        " has no gradient");
  if (!wanted) {
    t.autograd.reset();
  } else if (!t.autograd) {
    t.autograd = std::make_unique<AutogradMeta>();
    t.autograd->leaf_requires_grad = true;
  }
  return *this;
}

Tensor Tensor::grad() const { return impl().autograd ? impl().autograd->grad : Tensor(); }

void Tensor::set_grad(Tensor gradient) {
  check(!gradient.defined() || gradient.shape() == shape(), ErrorKind::Shape, "set_grad: gradient ",
        gradient.defined() ? gradient.shape() : Shape{}, " for tensor ", shape());
  check(!gradient.defined() || requires_grad(), ErrorKind::Autograd, "set_grad: tensor ", shape(),
        " wants no gradient");
  if (impl().autograd) impl().autograd->grad = std::move(gradient);
}

Tensor Tensor::alias(const Shape& shape, const Shape& strides, int64_t offset) const {
  auto out = std::make_shared<TensorImpl>();
  out->storage = impl().storage;
  out->shape = shape;
  out->strides = strides;
  out->offset = offset;
  out->dtype = dtype();
  return Tensor(std::move(out));
}

Tensor broadcast_view(const Tensor& t, const Shape& shape) {
  Shape strides = shape;
  const int lead = shape.rank() - t.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool repeated = axis < lead || t.shape()[axis - lead] == 1;
    strides[axis] = repeated ? 0 : t.strides()[axis - lead];
  }
  return t.alias(shape, strides, t.impl().offset);
}

Tensor Tensor::detach() const { return alias(shape(), strides(), impl().offset); }

Tensor Tensor::clone() const {
  Tensor out = empty(shape(), dtype(), device());
  run(slots().copy, *this, out);
  return out;
}

void Tensor::check_writable(const char* op) const {
  check(!(grad_enabled() && impl().autograd && impl().autograd->producer), ErrorKind::Autograd, op,
        ": cannot overwrite a computed tensor while its graph is recorded");
}

Tensor& Tensor::copy_(const Tensor& source) {
  check(source.shape() == shape(), ErrorKind::Shape, "copy_: shapes differ: destination ", shape(),
        " source ", source.shape());
  check_writable("copy_");
  const bool overlaps = &source.storage() == &storage();
  if (source.device() != device())
    copy_between_devices(source, *this);
  else
    run(slots().copy, overlaps ? source.clone() : source, *this);
  note_write(*this);
  return *this;
}

Tensor& Tensor::move_to(Device device) {
  TensorImpl& t = impl();
  check(!t.autograd || !t.autograd->producer, ErrorKind::Autograd,
        "move_to: tensor is computed, not a leaf; use to_device()");
  if (this->device() == device) return *this;
  const auto moved = [device](const Tensor& from) {
    Tensor to = empty(from.shape(), from.dtype(), device);
    copy_between_devices(from, to);
    return to;
  };
  const Tensor there = moved(*this), gradient = grad().defined() ? moved(grad()) : Tensor();
  if (t.storage->kept_forms()) there.storage().keep_forms();
  t.storage = there.impl().storage;
  t.strides = there.strides();
  t.offset = 0;
  if (gradient.defined()) t.autograd->grad = gradient;
  return *this;
}

Tensor& Tensor::fill_(double value) {
  check_writable("fill_");
  run(slots().fill, *this, value);
  note_write(*this);
  return *this;
}

}  // namespace graft
