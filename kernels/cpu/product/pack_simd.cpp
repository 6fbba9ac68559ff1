#include <utility>

#include "graft/kernels/cpu/product/pack_rows.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

template <class T>
void zero_missing(int64_t depth, int columns, int width, T* to) {
  for (int64_t k = 0; k < depth; ++k)
    for (int j = columns; j < width; ++j) to[k * width + j] = T(0);
}

// Rows that lie far apart are fetched so many ahead.
constexpr int64_t kAhead = 16;

// Neighbouring columns are neighbours in memory: rows are copied.
template <class T>
void copy_rows(const Strided<T>& from, int64_t depth, int columns, int width, T* to) {
  constexpr int kStep = kLanes<T>;
  for (int64_t k = 0; k < depth; ++k, to += width) {
    const T* const row = from.data + k * from.depth_stride;
    __builtin_prefetch(row + kAhead * from.depth_stride);
    __builtin_prefetch(row + kAhead * from.depth_stride + columns - 1);
    int j = 0;
    for (; j + kStep <= columns; j += kStep) store(to + j, load(row + j));
    if (j < columns) store_first(to + j, load_first(row + j, columns - j), columns - j);
  }
}

// Element by element, columns begin..end-1, in tiles that keep the lines being read in the cache.
template <class T>
void pack_elements(const Strided<T>& from, int64_t first, int64_t depth, int begin, int end,
                   int width, T* to) {
  constexpr int64_t kTileDepth = 16;
  constexpr int kTileColumns = 8;
  for (int64_t k0 = first; k0 < depth; k0 += kTileDepth) {
    const int64_t k1 = depth < k0 + kTileDepth ? depth : k0 + kTileDepth;
    for (int j0 = begin; j0 < end; j0 += kTileColumns) {
      const int j1 = end < j0 + kTileColumns ? end : j0 + kTileColumns;
      for (int64_t k = k0; k < k1; ++k)
        for (int j = j0; j < j1; ++j)
          to[k * width + j] = from.data[k * from.depth_stride + j * from.column_stride];
    }
  }
}

// Exchanges the lanes with bit kHalf set in `a` for those without it in `b`.
template <class T, int kHalf, int... kLane>
[[gnu::always_inline]] inline void exchange(Vec<T>& a, Vec<T>& b,
                                            std::integer_sequence<int, kLane...>) {
  constexpr int kCount = kLanes<T>;
  const Vec<T> low =
      __builtin_shufflevector(a, b, (kLane & kHalf ? kCount + kLane - kHalf : kLane)...);
  b = __builtin_shufflevector(a, b, (kLane & kHalf ? kCount + kLane : kLane + kHalf)...);
  a = low;
}

// rows[i][j] <-> rows[j][i], by exchanging ever smaller blocks off the diagonal.
template <class T, int kHalf = kLanes<T> / 2>
[[gnu::always_inline]] inline void transpose_square(Vec<T> (&rows)[kLanes<T>]) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes<T>; ++i)
    if (!(i & kHalf))
      exchange<T, kHalf>(rows[i], rows[i + kHalf], std::make_integer_sequence<int, kLanes<T>>());
  if constexpr (kHalf > 1) transpose_square<T, kHalf / 2>(rows);
}

// Neighbours along the depth are neighbours in memory: squares are transposed in registers.
template <class T>
void transpose_rows(const Strided<T>& from, int64_t depth, int columns, int width, T* to) {
  constexpr int kStep = kLanes<T>;
  const int whole_columns = columns - columns % kStep;
  const int64_t whole_depth = depth - depth % kStep;
  for (int64_t k = 0; k < whole_depth; k += kStep)
    for (int j = 0; j < whole_columns; j += kStep) {
      Vec<T> square[kStep];
#pragma GCC unroll 16
      for (int i = 0; i < kStep; ++i)
        square[i] = load(from.data + (j + i) * from.column_stride + k);
      transpose_square<T>(square);
#pragma GCC unroll 16
      for (int i = 0; i < kStep; ++i) store(to + (k + i) * width + j, square[i]);
    }
  pack_elements(from, 0, depth, whole_columns, columns, width, to);
  pack_elements(from, whole_depth, depth, 0, whole_columns, width, to);
}

template <class T>
void pack(const Strided<T>& from, int64_t depth, int columns, int width, T* to) {
  if (columns < width) zero_missing(depth, columns, width, to);
  if (from.column_stride == 1)
    copy_rows(from, depth, columns, width, to);
  else if (from.depth_stride == 1)
    transpose_rows(from, depth, columns, width, to);
  else
    pack_elements(from, 0, depth, 0, columns, width, to);
}

}  // namespace

template <>
void pack_rows<kSimd, float>(const Strided<float>& from, int64_t depth, int columns, int width,
                             float* to) {
  pack(from, depth, columns, width, to);
}
template <>
void pack_rows<kSimd, double>(const Strided<double>& from, int64_t depth, int columns, int width,
                              double* to) {
  pack(from, depth, columns, width, to);
}

}  // namespace graft::cpu
