// The emulated runtime: memory, copies, captures and errors.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "cuda_emulator/control.h"

namespace graft::testing {
namespace {

__global__ void add_one(float* x, unsigned count) {
  if (threadIdx.x < count) x[threadIdx.x] += 1.0f;
}

__global__ void set_one(float* x, unsigned count) {
  if (threadIdx.x < count) x[threadIdx.x] = 1.0f;
}

cudaError_t launch(void (*kernel)(float*, unsigned), cudaStream_t stream, float* x,
                   unsigned count) {
  cudaLaunchConfig_t config;
  config.blockDim = 32;
  config.stream = stream;
  return cudaLaunchKernelEx(&config, kernel, x, count);
}

float* allocate(size_t count) {
  void* data = nullptr;
  REQUIRE(cudaMallocAsync(&data, count * sizeof(float), nullptr) == cudaSuccess);
  return static_cast<float*>(data);
}

std::vector<float> read(const float* data, size_t count) {
  std::vector<float> host(count);
  REQUIRE(cudaMemcpyAsync(host.data(), data, count * sizeof(float), cudaMemcpyDeviceToHost,
                          nullptr) == cudaSuccess);
  return host;
}

}  // namespace

TEST_CASE("fresh device memory is NaN, and writing past its end is found when it is freed") {
  emulator::take_violations();
  float* const x = allocate(3);
  CHECK(std::isnan(read(x, 3)[2]));
  CHECK(launch(set_one, nullptr, x, 3) == cudaSuccess);
  CHECK(cudaFreeAsync(x, nullptr) == cudaSuccess);
  CHECK(emulator::take_violations().empty());

  float* const y = allocate(3);
  CHECK(launch(set_one, nullptr, y, 4) == cudaSuccess);
  CHECK(cudaFreeAsync(y, nullptr) == cudaSuccess);
  REQUIRE(emulator::take_violations() ==
          std::vector<std::string>{"wrote beyond the end of a block of 12 bytes"});
  CHECK(cudaFreeAsync(y, nullptr) == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaSuccess);
}

TEST_CASE("a copy in the wrong direction or beyond its block is refused") {
  float* const x = allocate(4);
  std::array<float, 8> host{};
  const auto copy = [](void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
    return cudaMemcpyAsync(to, from, bytes, kind, nullptr);
  };
  CHECK(copy(x, host.data(), 16, cudaMemcpyHostToDevice) == cudaSuccess);
  CHECK(copy(x, host.data(), 20, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(copy(x, host.data(), 16, cudaMemcpyDeviceToDevice) == cudaErrorInvalidMemcpyDirection);
  CHECK(copy(x, host.data(), 16, cudaMemcpyDeviceToHost) == cudaErrorInvalidMemcpyDirection);
  CHECK(copy(host.data(), x, 32, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(cudaMemsetAsync(host.data(), 0, 4, nullptr) == cudaErrorInvalidValue);
  cudaFreeAsync(x, nullptr);
  cudaGetLastError();
}

TEST_CASE("an allocation fails when asked to, once") {
  void* data = nullptr;
  emulator::fail_allocation(2);
  CHECK(cudaMallocAsync(&data, 8, nullptr) == cudaSuccess);
  cudaFreeAsync(data, nullptr);
  CHECK(cudaMallocAsync(&data, 8, nullptr) == cudaErrorMemoryAllocation);
  CHECK(cudaMallocAsync(&data, 8, nullptr) == cudaSuccess);
  cudaFreeAsync(data, nullptr);
  CHECK(cudaMallocAsync(&data, size_t{1} << 40, nullptr) == cudaErrorMemoryAllocation);
  cudaGetLastError();
}

TEST_CASE("a captured stream records launches and copies, and replays them") {
  cudaStream_t stream = nullptr;
  REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
  float* const x = allocate(2);
  cudaMemsetAsync(x, 0, 8, stream);
  REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
  CHECK(launch(add_one, stream, x, 2) == cudaSuccess);
  CHECK(cudaMemcpyAsync(x + 1, x, 4, cudaMemcpyDeviceToDevice, stream) == cudaSuccess);
  CHECK(cudaStreamSynchronize(stream) == cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
  CHECK(read(x, 2) == std::vector<float>{0, 0});
  REQUIRE(cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess);
  for (int i = 0; i < 3; ++i) CHECK(cudaGraphLaunch(executable, stream) == cudaSuccess);
  CHECK(read(x, 2) == std::vector<float>{3, 3});
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
  cudaFreeAsync(x, stream);
  cudaStreamDestroy(stream);
  cudaGetLastError();
}

TEST_CASE("a broken device refuses all work until it is mended") {
  float* const x = allocate(1);
  emulator::break_device(cudaErrorIllegalAddress);
  CHECK(launch(add_one, nullptr, x, 1) == cudaErrorIllegalAddress);
  CHECK(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
  CHECK(cudaGetLastError() == cudaErrorIllegalAddress);
  emulator::break_device(cudaSuccess);
  CHECK(launch(add_one, nullptr, x, 1) == cudaSuccess);
  cudaFreeAsync(x, nullptr);
}

TEST_CASE("an impossible launch is refused") {
  cudaLaunchConfig_t config;
  config.blockDim = 2048;
  CHECK(cudaLaunchKernelEx(&config, add_one, nullptr, 0u) == cudaErrorInvalidConfiguration);
  CHECK(cudaGetLastError() == cudaErrorInvalidConfiguration);
}

}  // namespace graft::testing
