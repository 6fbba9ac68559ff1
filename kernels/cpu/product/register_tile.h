// A tile of results in registers, kRows x kVecs vectors: how it is read, stored and activated. Only
// for *_simd.cpp files. `columns` of its columns exist in memory; at least one in its last vector.
#pragma once

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// acc += the tile at `from`, whose rows are `stride` apart (0: one row for all).
template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void add_tile(Vec<T> (&acc)[kRows][kVecs], const T* from,
                                            int64_t stride, int columns) {
  const int tail = columns - (kVecs - 1) * kLanes<T>;
  const bool whole = tail == kLanes<T>;
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r, from += stride) {
    if constexpr (kVecs == 2) acc[r][0] += load(from);
    const T* const last = from + (kVecs - 1) * kLanes<T>;
    acc[r][kVecs - 1] += whole ? load(last) : load_first(last, tail);
  }
}

template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_tile(const Vec<T> (&acc)[kRows][kVecs], T* to,
                                              int64_t stride, int columns) {
  const int tail = columns - (kVecs - 1) * kLanes<T>;
  const bool whole = tail == kLanes<T>;
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r, to += stride) {
    if constexpr (kVecs == 2) store(to, acc[r][0]);
    T* const last = to + (kVecs - 1) * kLanes<T>;
    if (whole)
      store(last, acc[r][kVecs - 1]);
    else
      store_first(last, acc[r][kVecs - 1], tail);
  }
}

template <class T, int kRows, int kVecs>
[[gnu::always_inline]] inline void activate_tile(Vec<T> (&acc)[kRows][kVecs], Activation kind) {
  const Clamp<T> clamp(kind);
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) acc[r][v] = clamp(acc[r][v]);
}

}  // namespace
}  // namespace graft::cpu
