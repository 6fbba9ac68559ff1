// The module's backend on the emulated runtime: memory, recordings, errors.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cuda_emulator/control.h"
#include "cuda_emulator/emulated_device.h"
#include "graft/core/allocator.h"
#include "graft/core/device_backend.h"
#include "graft/core/device_module.h"
#include "graft/core/numerics.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops.h"
#include "graft/core/stream.h"
#include "support/error_text.h"
#include "support/tensors.h"

extern "C" graft::ModuleInit graft_backend_init;

namespace graft::testing {
namespace {

Tensor on_device(const std::vector<float>& values) {
  return to_device(Tensor::from(values, {static_cast<int64_t>(values.size())}), emulated_device());
}

std::vector<float> read(const Tensor& t) { return values_of(to_device(t, {})); }

// A device that breaks, mended when the test is over.
struct Broken {
  explicit Broken(cudaError_t error) { emulator::break_device(error); }
  ~Broken() { emulator::break_device(cudaSuccess); }
};

}  // namespace

TEST_CASE("tensors go to the device and come back, and an op runs there") {
  const Tensor x = on_device({1, -2, 3});
  CHECK(x.device() == emulated_device());
  CHECK(read(neg(x)) == std::vector<float>{-1, 2, -3});
}

TEST_CASE("memory counts to the byte, and a budget holds") {
  Allocator& memory = allocator(emulated_device());
  const size_t live = memory.stats().live, blocks = emulator::live_blocks();
  {
    const Tensor x = on_device({1, 2, 3});
    CHECK(memory.stats().live == live + 12);
    CHECK(emulator::live_blocks() == blocks + 1);
    memory.set_budget(live + 20);
    CHECK(error_text([&] { neg(x); }) ==
          "neg: out of memory: 12 bytes on cuda:0 would exceed the budget of " +
              std::to_string(live + 20) + " (" + std::to_string(live + 12) +
              " in use) for f32 [3]");
    memory.set_budget(kNoBudget);
    CHECK(read(neg(x)) == std::vector<float>{-1, -2, -3});
  }
  CHECK(memory.stats().live == live);
  CHECK(emulator::live_blocks() == blocks);
}

TEST_CASE(
    "when the device refuses memory it is asked once more, then the error names op and bytes") {
  const Tensor x = on_device({1, 2, 3});
  emulator::fail_allocation(1);
  CHECK(read(neg(x)) == std::vector<float>{-1, -2, -3});
  CHECK(error_text([] {
          Tensor::empty({int64_t{1} << 33}, DType::F32, emulated_device());
        }).starts_with("graft: out of memory: 34359738368 bytes on cuda:0 ("));
}

TEST_CASE("recorded work is launched again on the same memory, whoever lets go of it") {
  DeviceBackend& backend = require_backend(emulated_device());
  const Stream stream = backend.create_stream(0);
  const size_t blocks = emulator::live_blocks();
  {
    const StreamScope scope(stream);
    Tensor x = on_device({1, 2, 3}), y;
    backend.begin_capture(stream);
    y = neg(square(x));  // the square is released while the recording is made
    std::unique_ptr<CapturedWork> work = backend.end_capture(stream);
    work->launch(stream);
    CHECK(read(y) == std::vector<float>{-1, -4, -9});
    x.copy_(on_device({4, 5, 6}));
    work->launch(stream);
    CHECK(read(y) == std::vector<float>{-16, -25, -36});
    work.reset();
    CHECK(read(y) == std::vector<float>{-16, -25, -36});
  }
  CHECK(emulator::live_blocks() == blocks);
  backend.destroy_stream(stream);
}

TEST_CASE("what a recording cannot hold is refused") {
  DeviceBackend& backend = require_backend(emulated_device());
  const Stream stream = backend.create_stream(0);
  const size_t blocks = emulator::live_blocks();
  const Tensor host = Tensor::from(std::vector<float>{1, 2}, {2});
  CHECK(error_text([&] { backend.end_capture(stream); }) ==
        "graft: end of a recording that was not begun");
  backend.begin_capture(stream);
  {
    const StreamScope scope(stream);
    CHECK(error_text([&] { to_device(host, emulated_device()); }) ==
          "to_device: an upload from pageable host memory cannot be recorded");
    CHECK(error_text([&] { synchronize(emulated_device()); }) ==
          "graft: cudaStreamSynchronize: operation not permitted when stream is capturing");
  }
  backend.end_capture(stream).reset();
  CHECK(emulator::live_blocks() == blocks);
  backend.destroy_stream(stream);
}

TEST_CASE("recorded work is let go of while other work is being recorded, and memory trimmed") {
  DeviceBackend& backend = require_backend(emulated_device());
  const Stream stream = backend.create_stream(0);
  const size_t blocks = emulator::live_blocks();
  const auto live = [] { return allocator(emulated_device()).stats().live; };
  const size_t before = live();
  {
    const StreamScope scope(stream);
    const Tensor x = on_device({1, 2, 3});
    Tensor y, z;
    backend.begin_capture(stream);
    y = neg(square(x));
    std::unique_ptr<CapturedWork> first = backend.end_capture(stream);
    y = {};
    CHECK(live() == before + 3 * x.bytes());  // what no tensor holds any more is the recording's
    backend.begin_capture(stream);
    CHECK(error_text([&] { backend.begin_capture(stream); }) ==
          "graft: a recording on this stream has not ended");
    first.reset();
    allocator(emulated_device()).trim();
    z = square(x);
    const std::unique_ptr<CapturedWork> second = backend.end_capture(stream);
    CHECK(emulator::live_blocks() == blocks + 2);  // x and z
    CHECK(live() == before + 2 * x.bytes());
    second->launch(stream);
    CHECK(read(z) == std::vector<float>{1, 4, 9});
  }
  CHECK(emulator::live_blocks() == blocks);
  CHECK(live() == before);
  backend.destroy_stream(stream);
}

TEST_CASE("pinned memory may be recorded") {
  DeviceBackend& backend = require_backend(emulated_device());
  const Stream stream = backend.create_stream(0);
  auto* const pinned = static_cast<float*>(backend.allocate_host(8));
  const Tensor x = on_device({0, 0});
  backend.begin_capture(stream);
  backend.upload(x.raw_data(), pinned, 8, stream);
  const std::unique_ptr<CapturedWork> work = backend.end_capture(stream);
  pinned[0] = 5, pinned[1] = 6;
  work->launch(stream);
  CHECK(read(x) == std::vector<float>{5, 6});
  backend.release_host(pinned);
  backend.destroy_stream(stream);
}

TEST_CASE("events measure, and are waited for") {
  DeviceBackend& backend = require_backend(emulated_device());
  const Stream stream = backend.default_stream(0);
  const auto first = backend.create_event(0, true), last = backend.create_event(0, true);
  first->record(stream);
  neg(on_device({1}));
  last->record(stream);
  last->wait(stream);
  last->synchronize();
  CHECK(last->seconds_since(*first) >= 0);
  CHECK(error_text([&] { last->seconds_since(*backend.create_event(0, false)); }) ==
        "graft: cudaEventElapsedTime: invalid resource handle");
}

TEST_CASE("an error that the device does not survive is told once, then referred to") {
  const Tensor x = on_device({1, 2, 3});
  const Broken broken(cudaErrorIllegalAddress);
  const std::string first = error_text([&] { synchronize(emulated_device()); });
  CHECK(first ==
        "graft: cudaStreamSynchronize: an illegal memory access was encountered; this "
        "process cannot use the device any more");
  CHECK(error_text([&] { neg(x); }) ==
        "neg: the device failed before (graft: cudaStreamSynchronize: an illegal memory access was "
        "encountered); this process can go on with the cpu only");
  CHECK(values_of(neg(Tensor::from(std::vector<float>{1}, {1}))) == std::vector<float>{-1});
}

TEST_CASE("a module refuses a program of another build, and an old driver, in one line") {
  std::array<char, 512> why{};
  const ModuleHost old{&slots(), &OpScope::current, &numerics, 12080};
  CHECK(graft_backend_init(kModuleAbi, &old, why.data(), why.size()) == nullptr);
  CHECK(std::string(why.data()) ==
        "driver supports CUDA 12.8, this module needs 13.0: update the driver to 580 or newer");
  CHECK(graft_backend_init(kModuleAbi + 1, nullptr, why.data(), why.size()) == nullptr);
  CHECK(std::string(why.data()).find("install both from one build") != std::string::npos);
}

}  // namespace graft::testing
