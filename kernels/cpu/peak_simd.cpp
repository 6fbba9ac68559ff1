#include "graft/kernels/cpu/peak.h"

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {

template <>
int64_t run_multiply_adds<kSimd>(int64_t rounds) {
  // More than latency times throughput of any current core, and with two operands in registers.
  constexpr int kChains = kSimd == SimdLevel::Avx512 ? 24 : 12;
  Vec<float> chain[kChains];
  // Different ones, else one would stand for all.
  for (int i = 0; i < kChains; ++i) chain[i] = splat(static_cast<float>(i));
  const Vec<float> factor = splat(0.999f), term = splat(0.001f);
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains; ++i) chain[i] = chain[i] * factor + term;
  }
  Vec<float> sum{};
  for (int i = 0; i < kChains; ++i) sum += chain[i];
  volatile float sink = sum[0];
  (void)sink;
  return rounds * kChains * kLanes<float> * 2;
}

}  // namespace graft::cpu
