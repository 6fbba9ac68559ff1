// The ladder of matrix products beside cuBLASLt: what each idea gains (kernels/cuda/ladder).
//   graft_ladder [SIZE] [SECONDS] [json]
// json: an object a step {"step", "seconds", "library_seconds", "error"}, without those left out.
// Exit code 5: no GPU.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/device_backend.h"
#include "graft/core/find_device.h"
#include "graft/core/numerics.h"
#include "graft/core/op_scope.h"
#include "graft/core/ops.h"
#include "graft/core/stream.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/ladder/ladder.h"

namespace graft {
namespace {

// Seconds of one call on the device: the shortest of rounds that fill `seconds`.
double seconds_of(Device device, double seconds, const std::function<void()>& work) {
  DeviceBackend& backend = require_backend(device);
  const Stream stream = current_stream(device);
  const auto start = backend.create_event(device.index, true);
  const auto stop = backend.create_event(device.index, true);
  double best = 0, spent = 0;
  work();
  while (spent < seconds) {
    start->record(stream);
    work();
    stop->record(stream);
    stop->synchronize();
    const double once = stop->seconds_since(*start);
    best = best == 0 ? once : std::min(best, once);
    spent += once;
  }
  return best;
}

// Of [n, n], numbers in [-1, 1) that bf16 holds exactly.
Tensor random_matrix(int64_t n, uint64_t sample, Device device) {
  Tensor t = Tensor::empty({n, n});
  float* const data = t.data<float>();
  const RandomKey key{1, Purpose::Draw, 0, sample};
  for (int64_t i = 0; i < n * n; ++i)
    data[i] = std::floor(uniform_at(key, static_cast<uint64_t>(i)) * 256) / 128 - 1;
  return to_device(t, device);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return max(abs(sub(cast(a, DType::F32), cast(b, DType::F32)))).item();
}

struct Rung {
  double own, cublaslt;  // seconds
  double error;          // of the own result
};

void print_left_out(const cuda::LadderStep& step) {
  std::printf("%-18s %-32s %10s\n", step.name, step.adds, "left out");
}
void print(const cuda::LadderStep& step, const Rung& rung, double flops) {
  std::printf("%-18s %-32s %10.1f %8.1f%% %9.2g\n", step.name, step.adds, flops / rung.own * 1e-12,
              100 * rung.cublaslt / rung.own, rung.error);
}
void print_json(const cuda::LadderStep& step, const Rung& rung) {
  std::printf("{\"step\": \"%s\", \"seconds\": %g, \"library_seconds\": %g, \"error\": %g}\n",
              step.name, rung.own, rung.cublaslt, rung.error);
}

void climb(Device device, int64_t n, double seconds, bool json) {
  const Tensor a = random_matrix(n, 1, device), b = random_matrix(n, 2, device);
  const Tensor turned = contiguous(transpose(b, 0, 1));
  const double flops = 2.0 * std::pow(static_cast<double>(n), 3);
  const std::string arch = require_backend(device).describe(device.index).architecture;
  const int compute = std::atoi(arch.c_str() + arch.find('_') + 1);
  const Tensor expected = matmul(a, b);
  if (!json)
    std::printf("%-18s %-32s %10s %9s %9s\n", "step", "adds", "TFLOP/s", "cuBLASLt", "error");
  for (const cuda::LadderStep& step : cuda::product_ladder()) {
    if (n % step.multiple != 0 || compute < step.min_compute) {
      if (!json) print_left_out(step);
      continue;
    }
    // The tensor cores' steps take B by columns, as they do.
    const bool half = step.dtype == DType::BF16;
    const Tensor left = cast(a, step.dtype), right = cast(half ? turned : b, step.dtype);
    const Tensor c = Tensor::empty({n, n}, DType::F32, device);
    const Stream stream = current_stream(device);
    Workspace workspace(allocator(device), stream);
    const cuda::LadderOperands operands{left.raw_data(), right.raw_data(), c.raw_data(), n, n, n};
    Rung rung;
    rung.own = seconds_of(device, seconds, [&] {
      step.run(KernelCtx{stream, workspace}, operands);
    });
    rung.cublaslt = seconds_of(device, seconds, [&] { matmul(left, right, false, half); });
    rung.error = largest_difference(c, expected);
    if (json)
      print_json(step, rung);
    else
      print(step, rung, flops);
  }
}

}  // namespace
}  // namespace graft

int main(int argc, char** argv) try {
  using namespace graft;
  const int64_t size = argc > 1 ? std::atoll(argv[1]) : 4096;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0.2;
  const Device device = find_device("cuda");
  cuda::set_host({&slots(), &OpScope::current, &numerics, 0});
  const NoGrad no_grad;
  climb(device, size, seconds, argc > 3 && std::string_view(argv[3]) == "json");
} catch (const graft::Error& error) {
  std::fprintf(stderr, "graft_ladder: %s\n", error.what());
  return error.kind() == graft::ErrorKind::Device ? 5 : 1;
}
