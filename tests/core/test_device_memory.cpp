// Memory and queues of a device.
#include <doctest/doctest.h>

#include "graft/core/device_backend.h"
#include "graft/core/ops.h"
#include "graft/core/stream.h"
#include "support/error_text.h"
#include "support/host_device_scope.h"
#include "support/tensors.h"

namespace graft::testing {

TEST_CASE("device: one that is not there") {
  const Device absent{DeviceType::Cuda, 5};
  const std::string text = "graft: device cuda:5 is not available";
  CHECK(error_text([&] { Tensor::zeros({2}, DType::F32, absent); }) == text);
  const HostDeviceScope scope;
  CHECK(error_text([&] { current_stream(absent); }) == text);
  CHECK(error_text([&] { allocator(absent); }) == text);
  CHECK(error_text([&] { to_device(Tensor::zeros({2}), absent); }) ==
        "to_device: device cuda:5 is not available");
}

TEST_CASE("device: bytes are counted to the byte, and given back") {
  const HostDeviceScope scope;
  Allocator& memory = allocator(kHostDevice);
  const size_t before = memory.stats().live, host = allocator(Device{}).stats().live;
  {
    const Tensor x = Tensor::zeros({3, 7}, DType::F32, kHostDevice);
    CHECK(memory.stats().live == before + 84);
    CHECK(allocator(Device{}).stats().live == host);
    memory.reset_peak();
    const Tensor y = relu(x);
    CHECK(memory.stats().peak == before + 168);
  }
  CHECK(memory.stats().live == before);
}

TEST_CASE("device: a budget that is too small names op and shape, and leaves all usable") {
  const HostDeviceScope scope;
  Allocator& memory = allocator(kHostDevice);
  const Tensor x = Tensor::full({4, 8}, 2.0, DType::F32, kHostDevice);
  const size_t live = memory.stats().live;
  memory.set_budget(live + 100);
  CHECK(error_text([&] { square(x); }) ==
        "square: out of memory: 128 bytes on cuda:0 would exceed the budget of " +
            std::to_string(live + 100) + " (" + std::to_string(live) + " in use) for f32 [4, 8]");
  CHECK(memory.stats().live == live);
  memory.set_budget(kNoBudget);
  CHECK(same_bits(to_device(square(x), Device{}), Tensor::full({4, 8}, 4.0)));
}

TEST_CASE("stream: the innermost scope of a device is where a thread's work goes") {
  const HostDeviceScope scope;
  DeviceBackend& backend = require_backend(kHostDevice);
  const Device other{DeviceType::Cuda, 1};
  const Stream outer = backend.create_stream(0), inner = backend.create_stream(0),
               elsewhere = backend.create_stream(1);
  CHECK(current_stream(Device{}).native == nullptr);
  CHECK(current_stream(kHostDevice).native == backend.default_stream(0).native);
  {
    const StreamScope first(outer);
    const StreamScope second(elsewhere);
    CHECK(current_stream(kHostDevice).native == outer.native);
    CHECK(current_stream(other).native == elsewhere.native);
    {
      const StreamScope third(inner);
      CHECK(current_stream(kHostDevice).native == inner.native);
    }
    CHECK(current_stream(kHostDevice).native == outer.native);
  }
  CHECK(current_stream(kHostDevice).native == backend.default_stream(0).native);
  for (const Stream stream : {outer, inner, elsewhere}) backend.destroy_stream(stream);
}

TEST_CASE("stream: pinned memory is read late, and an event orders what waits for it") {
  const HostDeviceScope scope;
  DeviceBackend& backend = require_backend(kHostDevice);
  const Stream copies = backend.create_stream(0), work = backend.default_stream(0);
  auto* const pinned = static_cast<float*>(backend.allocate_host(2 * sizeof(float)));
  pinned[0] = 1, pinned[1] = 2;
  CHECK(pinned_bytes() == 8);
  const Tensor x = Tensor::zeros({2}, DType::F32, kHostDevice);
  backend.upload(x.raw_data(), pinned, 8, copies);
  const auto uploaded = backend.create_event(0, false);
  uploaded->record(copies);
  CHECK(sum(x).item() == 0);  // nobody waited yet
  uploaded->wait(work);
  CHECK(sum(x).item() == 3);
  pinned[0] = 9;  // the event is passed: ours again
  uploaded->synchronize();
  CHECK(sum(x).item() == 3);
  backend.release_host(pinned);
  CHECK(pinned_bytes() == 0);
  backend.destroy_stream(copies);
}

TEST_CASE("event: one that was never recorded is passed") {
  const HostDeviceScope scope;
  DeviceBackend& backend = require_backend(kHostDevice);
  const auto event = backend.create_event(0, true);
  const Tensor x = to_device(Tensor::full({2}, 2), kHostDevice);
  event->wait(backend.default_stream(0));
  event->synchronize();
  CHECK(sum(x).item() == 4);  // what is queued behind it has run
}

TEST_CASE("synchronize: what was queued on the device has happened, and a CPU has no queue") {
  const HostDeviceScope scope;
  DeviceBackend& backend = require_backend(kHostDevice);
  auto* const pinned = static_cast<float*>(backend.allocate_host(sizeof(float)));
  const Tensor x = Tensor::full({1}, 5, DType::F32, kHostDevice);
  pinned[0] = 0;
  backend.download(pinned, x.raw_data(), sizeof(float), backend.default_stream(0));
  synchronize(Device{});
  CHECK(pinned[0] == 0);
  synchronize(kHostDevice);
  CHECK(pinned[0] == 5);
  backend.release_host(pinned);
}

}  // namespace graft::testing
