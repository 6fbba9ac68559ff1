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

#include "graft/core/op_params.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Two entries of a reduction, as bf16.
struct Bf16Pair {
  uint16_t second, first;  ///< in this order: the upper half is added first
};

struct Bf16Tile {
  const Bf16Pair* a;
  float* c;
  const float* residual;  ///< laid out like c, or null
  int rows;               ///< of A and C, at most tile_shape<float>().rows
};

struct Bf16Panel {
  const Bf16Tile* tiles = nullptr;
  int64_t tile_count = 0;
  int64_t a_stride = 0;              ///< pairs between the rows of a tile
  int64_t c_stride = 0;              ///< floats, in C and in the residual
  const int64_t* offsets = nullptr;  ///< of each run of the reduction from a row's start, in pairs
  int64_t runs = 1;
  int64_t run = 0;                   ///< pairs of a run
  const Bf16Pair* packed = nullptr;  ///< as in pack.h, an element being a pair
  int64_t packed_depth = 0;          ///< pairs of a column of the packed B
  int64_t columns = 0;
  const float* bias = nullptr;  ///< [columns] or null
  Activation activation = Activation::None;
};

/// kNative: with the instruction, which only a machine with AVX-512 BF16 has.
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
