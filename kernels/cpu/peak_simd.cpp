#include "graft/kernels/cpu/peak.h"

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

template <class T>
int64_t multiply_adds(int64_t rounds) {
  constexpr int kChains = kSimd == SimdLevel::Avx512 ? 24 : 12;
  Vec<T> chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = splat(T(i));  // else one would stand for all
  const Vec<T> factor = splat(T(0.999)), term = splat(T(0.001));
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains; ++i) chain[i] = chain[i] * factor + term;
  }
  Vec<T> sum{};
  for (int i = 0; i < kChains; ++i) sum += chain[i];
  volatile T sink = sum[0];
  (void)sink;
  return rounds * kChains * kLanes<T> * 2;
}

}  // namespace

template <>
int64_t run_multiply_adds<kSimd, float>(int64_t rounds) {
  return multiply_adds<float>(rounds);
}
template <>
int64_t run_multiply_adds<kSimd, double>(int64_t rounds) {
  return multiply_adds<double>(rounds);
}

}  // namespace graft::cpu
