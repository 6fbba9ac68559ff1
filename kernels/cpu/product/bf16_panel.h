// The panel of panel.h with factors in bf16 and sums in f32: two entries of the reduction, a pair,
// are one 32-bit element, and VDPBF16PS multiplies and adds both.
//
//   C[tile rows][columns] = act(A B + bias + residual)
//
// A product of two bf16 is exact in f32, and the instruction adds the pair's two products one after
// the other, the upper half first (seen in all of 3.2 million trials on Zen 5; Intel's manual
// defines it so). So each element of C is the same chain of additions in the order of the reduction
// that panel.h makes of factors rounded beforehand, and machines without the instruction compute
// the same bits in f32, except that the instruction takes subnormal numbers as zero.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/product/panel.h"

namespace graft::cpu {

/// Two entries of a reduction, as bf16.
struct Bf16Pair {
  uint16_t second, first;  ///< in this order: the upper half is added first
};

/// Entries of a reduction in one factor.
template <class Factor>
constexpr int64_t kHeld = 1;
template <>
inline constexpr int64_t kHeld<Bf16Pair> = 2;

using Bf16Tile = Tile<float, Bf16Pair>;
/// Strides of A, the packed B and the run count pairs.
using Bf16Panel = Panel<float, Bf16Pair>;

/// Most rows of a tile. Without the instruction bf16 saves no time, and has little code.
constexpr int bf16_tile_rows(bool native) {
  return native ? tile_shape<float>(SimdLevel::Avx512).rows : 6;
}

/// A lies in rows. kNative: with the instruction, which only a machine with AVX-512 BF16 has.
template <SimdLevel kLevel, bool kNative>
void multiply_bf16_panel(const Bf16Panel& panel);

/// Rounds `count` numbers to nearest, ties to even, into (count + 1) / 2 pairs; a missing second is
/// zero.
template <SimdLevel kLevel, bool kNative>
void round_to_pairs(const float* from, int64_t count, Bf16Pair* to);

/// Calls body.operator()<level, native>() for the level in use and the machine.
template <class Body>
void with_bf16_simd(const Body& body) {
#if defined(__x86_64__)
  if (multiplies_bf16()) return body.template operator()<SimdLevel::Avx512, true>();
#endif
  with_simd([&]<SimdLevel kLevel>() { body.template operator()<kLevel, false>(); });
}

}  // namespace graft::cpu
