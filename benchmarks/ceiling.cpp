#include "graft/benchmarks/ceiling.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "graft/benchmarks/random_tensor.h"
#include "graft/benchmarks/timing.h"
#include "graft/core/device_backend.h"
#include "graft/core/ops.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/peak.h"

namespace graft::bench {
namespace {

constexpr Repeat kRepeat;

// Of one call, and how long it takes.
struct Flops {
  double count;
  Seconds seconds;
};

Flops measure_flops() {
  constexpr int64_t kRounds = 100'000;
  const int64_t chunks = int64_t{8} * num_threads();
  std::vector<int64_t> done(static_cast<size_t>(chunks));
  const Seconds seconds = time_calls(kRepeat, [&] {
    parallel_for(chunks, [&](int64_t chunk, int) {
      done[static_cast<size_t>(chunk)] = cpu::with_simd(
          []<SimdLevel kLevel>() { return cpu::run_multiply_adds<kLevel>(kRounds); });
    });
  });
  return {static_cast<double>(std::reduce(done.begin(), done.end())), seconds};
}

double measure_bandwidth() {
  constexpr int64_t kCount = 24 << 20, kGrain = 1 << 18;
  std::vector<float> a(kCount), b(kCount, 1.0f), c(kCount, 2.0f);
  const double seconds = time_calls(kRepeat, [&] {
                           parallel_ranges(kCount, kGrain, [&](int64_t begin, int64_t end) {
                             float* const out = a.data();
                             const float *const left = b.data(), *const right = c.data();
                             for (int64_t i = begin; i < end; ++i)
                               out[i] = left[i] + 3.0f * right[i];
                           });
                         }).median;
  return 3.0 * sizeof(float) * static_cast<double>(kCount) / seconds;
}

Ceiling ceiling_of(Device device) {
  constexpr int64_t kSize = 2048;
  constexpr size_t kMostBytes = size_t{1} << 30;
  const NoGrad no_grad;
  const Repeat how{.device = device};
  const size_t bytes =
      std::min(require_backend(device).describe(device.index).memory_bytes / 64, kMostBytes);
  constexpr int64_t kRows = 1024;
  const Tensor from = random_tensor({kRows, static_cast<int64_t>(bytes / sizeof(float)) / kRows},
                                    DType::F32, device);
  Tensor to = Tensor::empty(from.shape(), DType::F32, device);
  const double copy = time_calls(how, [&] { to.copy_(from); }).median;
  const Tensor factor = random_tensor({kSize, kSize}, DType::F32, device);
  const Seconds product = time_calls(how, [&] { matmul(factor, factor); });
  constexpr double kFlops = 2.0 * kSize * kSize * kSize;
  return {kFlops / product.median, kFlops / product.best,
          2.0 * static_cast<double>(from.bytes()) / copy};
}

}  // namespace

Ceiling measure_ceiling(Device device) {
  if (device.type != DeviceType::Cpu) return ceiling_of(device);
  const Flops flops = measure_flops();
  return {flops.count / flops.seconds.median, flops.count / flops.seconds.best,
          measure_bandwidth()};
}

}  // namespace graft::bench
