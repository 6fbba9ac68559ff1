// What device code sees: qualifiers that mean nothing here, its place in the grid, barriers and the
// exchange of values within a warp. A __shared__ array is one static array: blocks run one after
// the other.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "cuda_emulator/block.h"
#include "cuda_emulator/vector_types.h"

#define __host__
#define __device__
#define __global__
#define __constant__
#define __shared__ static
#define __forceinline__ inline
#define __launch_bounds__(...)

inline uint3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;
inline constexpr int warpSize = 32;

inline void __syncthreads() { graft::emulator::synchronize_block(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) {
  graft::emulator::exchange("__syncwarp", mask, 0);
}
inline void __threadfence() {}

namespace graft::emulator {

template <class T>
uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

template <class T>
T from_bits(uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

}  // namespace graft::emulator

template <class T>
T __shfl_sync(unsigned mask, T value, int source) {
  const uint64_t* const lanes =
      graft::emulator::exchange("__shfl_sync", mask, graft::emulator::to_bits(value));
  return graft::emulator::from_bits<T>(lanes[source & 31]);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask) {
  const uint64_t* const lanes =
      graft::emulator::exchange("__shfl_xor_sync", mask, graft::emulator::to_bits(value));
  return graft::emulator::from_bits<T>(lanes[(graft::emulator::lane() ^ lane_mask) & 31]);
}
/// Beyond the end of the warp a lane keeps its own value.
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta) {
  const uint64_t* const lanes =
      graft::emulator::exchange("__shfl_down_sync", mask, graft::emulator::to_bits(value));
  const unsigned source = static_cast<unsigned>(graft::emulator::lane()) + delta;
  return source < 32 ? graft::emulator::from_bits<T>(lanes[source]) : value;
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const uint64_t* const lanes =
      graft::emulator::exchange("__ballot_sync", mask, predicate != 0 ? 1 : 0);
  unsigned ballot = 0;
  for (unsigned lane = 0; lane < 32; ++lane) ballot |= static_cast<unsigned>(lanes[lane]) << lane;
  return ballot;
}

template <class T>
T __ldg(const T* address) {
  return *address;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(uint64_t{a} * b >> 32);
}
/// One more than the lowest bit set, 0 if none is.
inline int __ffs(int bits) {
  return bits == 0 ? 0 : std::countr_zero(static_cast<unsigned>(bits)) + 1;
}
inline int __popc(unsigned bits) { return std::popcount(bits); }
// The Toolkit declares them for every arithmetic type, in the global namespace.
template <class A, class B>
auto min(A a, B b) {
  using T = std::common_type_t<A, B>;
  return static_cast<T>(b) < static_cast<T>(a) ? static_cast<T>(b) : static_cast<T>(a);
}
template <class A, class B>
auto max(A a, B b) {
  using T = std::common_type_t<A, B>;
  return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(b) : static_cast<T>(a);
}
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
