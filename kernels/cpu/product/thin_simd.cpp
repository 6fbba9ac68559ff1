#include "graft/kernels/cpu/product/thin.h"

#include <utility>

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/lane_trees.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

using V = Vec<float>;
constexpr int kWidth = kLanes<float>;

// A dot product is kept as 16 partial sums at every level, in kParts vectors.
constexpr int kStride = 16, kParts = kStride / kWidth;
// Dot products of a tile: as many as leave registers for what they are made of.
constexpr int kDots = kSimd == SimdLevel::Avx512 ? 16 : 4, kBlock = kWidth / kDots;

constexpr auto kAdd = [](V a, V b) { return a + b; };

// acc += the products of kWidth entries of the reduction, each read by part(row of A or B).
template <int kRows, int kColumns, class Part>
[[gnu::always_inline]] inline void add_products(V (&acc)[kDots], const float* const (&a)[kRows],
                                                const float* const (&b)[kColumns],
                                                const Part& part) {
  V bv[kColumns];
#pragma GCC unroll 4
  for (int c = 0; c < kColumns; ++c) bv[c] = part(b[c]);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const V av = kept(part(a[r]));
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) acc[r * kColumns + c] += av * bv[c];
  }
}

// Element c of v in the lanes of a tile's gathered sums that belong to its column c.
template <int kColumns, int... kLane>
[[gnu::always_inline]] inline V by_column(V v, std::integer_sequence<int, kLane...>) {
  return __builtin_shufflevector(v, v, (kLane / kBlock % kColumns)...);
}

// `rows` by `columns` elements of C. What the tile has beyond them repeats the last ones, and is
// not stored.
template <int kRows, int kColumns>
void dot_tile(const ThinProduct& p, int64_t row, int64_t rows, int64_t column, int columns) {
  static_assert(kRows * kColumns == kDots);
  const float *a[kRows], *b[kColumns];
  for (int r = 0; r < kRows; ++r) a[r] = p.a + (row + (r < rows ? r : rows - 1)) * p.a_row;
  for (int c = 0; c < kColumns; ++c)
    b[c] = p.b + (column + (c < columns ? c : columns - 1)) * p.b_column;
  const int64_t whole = p.depth / kStride * kStride;
  V acc[kParts][kDots]{};
  for (int64_t k = 0; k < whole; k += kStride)
#pragma GCC unroll 4
    for (int i = 0; i < kParts; ++i)
      add_products(acc[i], a, b,
                   [at = k + i * kWidth](const float* from) { return load(from + at); });
  for (int i = 0; i < kParts; ++i) {
    const int64_t at = whole + i * kWidth, left = p.depth - at;
    if (left <= 0) break;
    add_products(acc[i], a, b, [=](const float* from) {
      return left >= kWidth ? load(from + at) : load_first(from + at, static_cast<int>(left));
    });
  }
#pragma GCC unroll 2
  for (int parts = kParts / 2; parts > 0; parts /= 2)
    for (int i = 0; i < parts; ++i)
      for (int dot = 0; dot < kDots; ++dot) acc[i][dot] += acc[i + parts][dot];
  V shift{};
  if (const float* const bias = p.epilogue.bias)
    shift = by_column<kColumns>(load_first(bias + column, columns),
                                std::make_integer_sequence<int, kWidth>());
  const Clamp<float> clamp(p.epilogue.activation);
  [[gnu::uninitialized]] float sums[kWidth];
  store(sums, clamp(fold_blocks<kBlock / 2>(gather_folds<kDots>(acc[0], kAdd), kAdd) + shift));
  float* to = p.c + row * p.columns + column;
  for (int64_t r = 0; r < rows; ++r, to += p.columns)
    for (int c = 0; c < columns; ++c) to[c] = sums[(r * kColumns + c) * kBlock];
}

// A tile of sums: rows of A by vectors of B's columns.
constexpr int kSumRows = 5;

// `tail`: columns of the last vector, kWidth if all.
template <int kVecs>
[[gnu::always_inline]] inline void sum_tile(const ThinProduct& p, int64_t row, int64_t rows,
                                            int64_t column, int tail) {
  const float* a[kSumRows];
  for (int r = 0; r < kSumRows; ++r) a[r] = p.a + (row + (r < rows ? r : rows - 1)) * p.a_row;
  const float* b = p.b + column;
  const bool whole = tail == kWidth;
  V acc[kSumRows][kVecs]{};
  for (int64_t k = 0, at = 0; k < p.depth; ++k, at += p.a_depth, b += p.b_depth) {
    V bv[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v + 1 < kVecs; ++v) bv[v] = load(b + v * kWidth);
    const float* const last = b + (kVecs - 1) * kWidth;
    bv[kVecs - 1] = whole ? load(last) : load_first(last, tail);
#pragma GCC unroll 5
    for (int r = 0; r < kSumRows; ++r) {
      const V av = splat(a[r][at]);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) acc[r][v] += av * bv[v];
    }
  }
#pragma GCC unroll 5
  for (int r = 0; r < kSumRows; ++r) {
    if (r >= rows) break;
    float* const to = p.c + (row + r) * p.columns + column;
#pragma GCC unroll 4
    for (int v = 0; v + 1 < kVecs; ++v) store(to + v * kWidth, acc[r][v]);
    float* const last = to + (kVecs - 1) * kWidth;
    if (whole)
      store(last, acc[r][kVecs - 1]);
    else
      store_first(last, acc[r][kVecs - 1], tail);
  }
}

}  // namespace

template <>
void thin_dots<kSimd>(const ThinProduct& p, int64_t begin, int64_t end) {
  constexpr int kPair = 2, kTall = kDots / kPair, kSquare = 4;
  for (int64_t row = begin; row < end; row += kTall) {
    const int64_t rows = end - row < kTall ? end - row : kTall;
    int64_t column = 0;
    // Square tiles take the longest over each element of A, which comes from a farther cache.
    if constexpr (kDots == kSquare * kSquare) {
      column = p.columns / kSquare * kSquare;
      for (int64_t r = 0; r < rows; r += kSquare)
        for (int64_t c = 0; c < column; c += kSquare)
          dot_tile<kSquare, kSquare>(p, row + r, rows - r < kSquare ? rows - r : kSquare, c,
                                     kSquare);
    }
    for (; column < p.columns; column += kPair)
      dot_tile<kTall, kPair>(p, row, rows, column, column + 1 < p.columns ? kPair : 1);
  }
}

template <>
void thin_sums<kSimd>(const ThinProduct& p, int64_t begin, int64_t end) {
  constexpr int kVecs = kSimd == SimdLevel::Avx512 ? 4 : 2;
  constexpr int64_t kWide = kVecs * kWidth;
  for (int64_t column = begin; column < end;) {
    const int64_t left = end - column;
    const bool wide = left >= kWide;
    for (int64_t row = 0; row < p.rows; row += kSumRows) {
      const int64_t rows = p.rows - row < kSumRows ? p.rows - row : kSumRows;
      if (wide)
        sum_tile<kVecs>(p, row, rows, column, kWidth);
      else
        sum_tile<1>(p, row, rows, column, static_cast<int>(left < kWidth ? left : kWidth));
    }
    column += wide ? kWide : kWidth;
  }
}

}  // namespace graft::cpu
