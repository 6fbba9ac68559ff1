// Loops over rows of channels, in vectors of the level this file is compiled for. For *_simd.cpp
// files only, see vec.h.
#pragma once

#include <type_traits>

#include "graft/kernels/cpu/row_block.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

constexpr int64_t kGroup = 128;  // rows few enough to be summed in f32

// Calls body(first row, last row) for groups of rows.
template <class Body>
[[gnu::always_inline]] inline void for_groups(int64_t rows, const Body& body) {
  for (int64_t row = 0; row < rows; row += kGroup)
    body(row, row + kGroup < rows ? row + kGroup : rows);
}

// Calls body(first row, their number as a constant) for four rows at a time: what belongs to a
// channel is loaded and stored once for them.
template <class Body>
[[gnu::always_inline]] inline void for_fours(int64_t begin, int64_t end, const Body& body) {
  int64_t row = begin;
  for (; row + 4 <= end; row += 4) body(row, std::integral_constant<int, 4>());
  for (; row < end; ++row) body(row, std::integral_constant<int, 1>());
}

// A vector of channels, or the first few elements of one.
template <class T>
struct WholeVector {
  [[gnu::always_inline]] Vec<T> get(const T* from) const { return load(from); }
  [[gnu::always_inline]] void put(T* to, Vec<T> v) const { store(to, v); }
  /// v where there is an element, else 0.
  [[gnu::always_inline]] Vec<T> only(Vec<T> v) const { return v; }
};
template <class T>
struct PartVector {
  int count;
  [[gnu::always_inline]] Vec<T> get(const T* from) const { return load_first(from, count); }
  [[gnu::always_inline]] void put(T* to, Vec<T> v) const { store_first(to, v, count); }
  [[gnu::always_inline]] Vec<T> only(Vec<T> v) const {
    Vec<T> lane{};
    for (int i = 0; i < kLanes<T>; ++i) lane[i] = static_cast<T>(i);
    return lane < splat(static_cast<T>(count)) ? v : Vec<T>{};
  }
};

// Calls body(first channel, vector) for all channels.
template <class T, class Body>
[[gnu::always_inline]] inline void for_vectors(int64_t channels, const Body& body) {
  int64_t c = 0;
  for (; c + kLanes<T> <= channels; c += kLanes<T>) body(c, WholeVector<T>());
  if (c < channels) body(c, PartVector<T>{static_cast<int>(channels - c)});
}

template <class T>
[[gnu::always_inline]] inline void add_to(double* __restrict totals, const T* __restrict part,
                                          int64_t count) {
  for (int64_t c = 0; c < count; ++c) totals[c] += static_cast<double>(part[c]);
}

}  // namespace
}  // namespace graft::cpu
