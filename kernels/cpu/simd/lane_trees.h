// The lanes of several vectors combined at once, each vector's in a tree. Only for *_simd.cpp
// files.
#pragma once

#include <utility>

#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Of each block of 2 kDistance lanes: the lower (or upper) half of a's, then that of b's.
template <int kDistance, bool kUpper, class Vector, int... kLane>
[[gnu::always_inline]] inline Vector halves(Vector a, Vector b,
                                            std::integer_sequence<int, kLane...>) {
  constexpr int kCount = sizeof...(kLane);
  return __builtin_shufflevector(a, b,
                                 (kLane / (2 * kDistance) * 2 * kDistance + kLane % kDistance +
                                  kLane / kDistance % 2 * kCount + (kUpper ? kDistance : 0))...);
}
template <int kDistance, class Vector, class Combine>
[[gnu::always_inline]] inline Vector combined_halves(Vector a, Vector b, const Combine& combine) {
  constexpr auto kAll = std::make_integer_sequence<int, sizeof(Vector) / sizeof(a[0])>();
  return combine(halves<kDistance, false>(a, b, kAll), halves<kDistance, true>(a, b, kAll));
}

/// v with the lanes of each block of 2 kDistance combined in its first.
template <int kDistance, class Vector, class Combine>
[[gnu::always_inline]] inline Vector fold_blocks(Vector v, const Combine& combine) {
  if constexpr (kDistance == 0)
    return v;
  else
    return fold_blocks<kDistance / 2>(combined_halves<kDistance>(v, v, combine), combine);
}

/// Each of kCount equal blocks of lanes holds v[i * kStep], i the block's number, partly combined:
/// lane i of a half with lane i of the other, as often as it fits.
template <int kCount, int kStep = 1, class Vector, class Combine>
[[gnu::always_inline]] inline Vector gather_folds(const Vector* v, const Combine& combine) {
  if constexpr (kCount == 1) {
    return v[0];
  } else {
    constexpr int kDistance = static_cast<int>(sizeof(Vector) / sizeof(v[0][0])) / kCount;
    return combined_halves<kDistance>(gather_folds<kCount / 2, 2 * kStep>(v, combine),
                                      gather_folds<kCount / 2, 2 * kStep>(v + kStep, combine),
                                      combine);
  }
}

}  // namespace
}  // namespace graft::cpu
