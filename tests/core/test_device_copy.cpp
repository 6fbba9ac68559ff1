// Tensors that move between the host and devices, and between devices.
#include <doctest/doctest.h>

#include <numeric>

#include "graft/core/autograd/backward.h"
#include "graft/core/device_copy.h"
#include "graft/core/ops.h"
#include "support/error_text.h"
#include "support/host_device_scope.h"
#include "support/tensors.h"

namespace graft::testing {
namespace {

constexpr Device kOther{DeviceType::Cuda, 1};

Tensor counting(const Shape& shape, double first = 0) {
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  std::iota(values.begin(), values.end(), static_cast<float>(first));
  return Tensor::from(values, shape);
}

Tensor on_host(const Tensor& x) { return to_device(x.detach(), Device{}); }

}  // namespace

TEST_CASE("device: a tensor goes there and back with its bits, whatever its type and size") {
  const HostDeviceScope scope;
  for (const DType dtype : {DType::F32, DType::F64, DType::BF16, DType::F16, DType::I64, DType::I32,
                            DType::U8, DType::Bool})
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{7}, Shape{2, 3, 5}}) {
      CAPTURE(to_string(dtype));
      const Tensor x = cast(counting(shape), dtype);
      const Tensor there = to_device(x, kHostDevice);
      CHECK(there.device() == kHostDevice);
      CHECK(there.shape() == shape);
      CHECK(same_bits(on_host(there), x));
    }
}

TEST_CASE("device: the host cannot read what is there") {
  const HostDeviceScope scope;
  const Tensor there = to_device(counting({2}), kHostDevice);
  CHECK(error_text([&] { there.values<float>(); }) == "data: tensor is on cuda:0");
  CHECK(slice(there, 0, 1, 2).item() == 1);
  CHECK(Tensor::full({}, 2.5, DType::BF16, kHostDevice).item() == 2.5);
}

TEST_CASE("device: a tensor that is there already is the same one") {
  const HostDeviceScope scope;
  const Tensor x = counting({2}), there = to_device(x, kHostDevice);
  CHECK(&to_device(x, Device{}).impl() == &x.impl());
  CHECK(&to_device(there, kHostDevice).impl() == &there.impl());
}

TEST_CASE("device: strided sources and targets, and types that change on the way") {
  const HostDeviceScope scope;
  const Tensor x = counting({3, 4});
  CHECK(same_bits(on_host(to_device(transpose(x, 0, 1), kHostDevice)), transpose(x, 0, 1)));
  const Tensor there = to_device(x, kHostDevice);
  CHECK(same_bits(on_host(slice(transpose(there, 0, 1), 0, 1, 3)),
                  slice(transpose(x, 0, 1), 0, 1, 3)));

  Tensor wide = Tensor::zeros({4, 3}, DType::F64, kHostDevice);
  transpose(wide, 0, 1).copy_(x);
  CHECK(same_bits(on_host(wide), cast(transpose(x, 0, 1), DType::F64)));
  Tensor narrow = Tensor::zeros({3, 8}, DType::I64);
  slice(narrow, 1, 0, 8, 2).copy_(there);
  CHECK(same_bits(slice(narrow, 1, 0, 8, 2), cast(x, DType::I64)));
  CHECK(narrow.values<int64_t>()[1] == 0);
  CHECK(narrow.storage().version() == 1);
  CHECK(wide.storage().version() == 1);
  CHECK(error_text([&] { wide.copy_(x); }) ==
        "copy_: shapes differ: destination [4, 3] source [3, 4]");
}

TEST_CASE("device: from one to another") {
  const HostDeviceScope scope;
  const Tensor x = counting({5, 3}), here = to_device(x, kHostDevice);
  const Tensor there = to_device(transpose(here, 0, 1), kOther);
  CHECK(there.device() == kOther);
  CHECK(same_bits(on_host(there), transpose(x, 0, 1)));
}

TEST_CASE("device: gradients come back to where the leaf is") {
  const HostDeviceScope scope;
  Tensor x = counting({2, 3}, 1), w = to_device(counting({2, 3}, 7), kHostDevice);
  x.set_requires_grad(true);
  w.set_requires_grad(true);
  const Tensor y = to_device(square(to_device(x, kHostDevice)) * w, Device{});
  CHECK(y.device() == Device{});
  backward(sum(y));
  CHECK(x.grad().device() == Device{});
  CHECK(w.grad().device() == kHostDevice);
  const Tensor plain = counting({2, 3}, 1), weight = counting({2, 3}, 7);
  CHECK(same_bits(x.grad(), plain * 2.0 * weight));
  CHECK(same_bits(on_host(w.grad()), square(plain)));
}

TEST_CASE("device: a second gradient passes through, too") {
  const HostDeviceScope scope;
  Tensor x = counting({3}, 1);
  x.set_requires_grad(true);
  const Tensor y =
      sum(to_device(x, kHostDevice) * to_device(x, kHostDevice) * to_device(x, kHostDevice));
  const Tensor first = gradients(y, {x}, {}, {.create_graph = true}).at(0);
  CHECK(first.device() == Device{});
  const Tensor second = gradients(sum(first), {x}).at(0);
  CHECK(same_bits(second, counting({3}, 1) * 6.0));
}

TEST_CASE("device: operands on two are an error that names both") {
  const HostDeviceScope scope;
  const Tensor here = counting({2}), there = to_device(here, kHostDevice);
  CHECK(error_text([&] { add(here, there); }) == "binary: operands on cpu and cuda:0");
  CHECK(error_text([&] {
          linear(to_device(counting({1, 2}), kOther), to_device(counting({3, 2}), kHostDevice));
        }) == "linear: operands on cuda:1 and cuda:0");
}

}  // namespace graft::testing
