#include "graft/benchmarks/ceiling.h"

#include <algorithm>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "graft/benchmarks/random_tensor.h"
#include "graft/benchmarks/timing.h"
#include "graft/core/device_backend.h"
#include "graft/core/ops.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::bench {
namespace {

constexpr Repeat kRepeat;
constexpr int64_t kSteps = 100'000;

// Independent accumulators: more than latency times throughput of any current core.
constexpr int kChains = 24;

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float multiply_add_avx512() {
  __m512 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f);
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains; ++i) sum[i] = _mm512_fmadd_ps(sum[i], factor, term);
  }
  for (int i = 1; i < kChains; ++i) sum[0] = _mm512_add_ps(sum[0], sum[i]);
  return _mm512_cvtss_f32(sum[0]);
}

// 16 registers: 12 chains, two operands.
__attribute__((target("avx2,fma"))) float multiply_add_avx2() {
  __m256 sum[kChains / 2];
  for (int i = 0; i < kChains / 2; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f);
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains / 2; ++i) sum[i] = _mm256_fmadd_ps(sum[i], factor, term);
  }
  for (int i = 1; i < kChains / 2; ++i) sum[0] = _mm256_add_ps(sum[0], sum[i]);
  return _mm256_cvtss_f32(sum[0]);
}
#endif

using Vector = float __attribute__((vector_size(16)));

float multiply_add_baseline() {
  Vector sum[kChains / 2];
  for (int i = 0; i < kChains / 2; ++i) sum[i] = Vector{} + static_cast<float>(i);
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains / 2; ++i) sum[i] = sum[i] * 0.999f + 1e-3f;
  }
  for (int i = 1; i < kChains / 2; ++i) sum[0] += sum[i];
  return sum[0][0];
}

struct Probe {
  float (*run)();
  double flops;
};

Probe probe() {
  constexpr double kPerLane = 2.0 * kSteps;
#if defined(__x86_64__)
  if (cpu::simd_level() == cpu::SimdLevel::Avx512)
    return {multiply_add_avx512, kPerLane * kChains * 16};
  if (cpu::simd_level() == cpu::SimdLevel::Avx2)
    return {multiply_add_avx2, kPerLane * kChains / 2 * 8};
#endif
  return {multiply_add_baseline, kPerLane * kChains / 2 * 4};
}

double measure_flops() {
  const Probe best = probe();
  const int64_t chunks = int64_t{8} * num_threads();
  std::vector<float> sink(static_cast<size_t>(chunks));
  const double seconds = time_calls(kRepeat, [&] {
                           parallel_for(chunks, [&](int64_t chunk, int) {
                             sink[static_cast<size_t>(chunk)] = best.run();
                           });
                         }).best;
  return best.flops * static_cast<double>(chunks) / seconds;
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
                         }).best;
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
  const double copy = time_calls(how, [&] { to.copy_(from); }).best;
  const Tensor factor = random_tensor({kSize, kSize}, DType::F32, device);
  const double product = time_calls(how, [&] { matmul(factor, factor); }).best;
  return {2.0 * kSize * kSize * kSize / product, 2.0 * static_cast<double>(from.bytes()) / copy};
}

}  // namespace

Ceiling measure_ceiling(Device device) {
  if (device.type != DeviceType::Cpu) return ceiling_of(device);
  return {measure_flops(), measure_bandwidth()};
}

}  // namespace graft::bench
