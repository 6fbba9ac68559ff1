#include "graft/kernels/cpu/product/thin.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/lane_trees.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

using V = Vec<float>;
constexpr int kWidth = kLanes<float>;

// A dot product is kept as 16 partial sums at every level, in kParts vectors.
constexpr int kStride = 16, kParts = kStride / kWidth;
// A tile of dot products: rows of A by two rows of B.
constexpr int kPair = 2, kDotRows = kSimd == SimdLevel::Avx512 ? 8 : 2;
constexpr int kDots = kDotRows * kPair, kBlock = kWidth / kDots;

// acc += the products of kWidth entries of the reduction, each read by part(row of A or B).
template <class Part>
[[gnu::always_inline]] inline void add_products(V (&acc)[kDots], const float* const (&a)[kDotRows],
                                                const float* b0, const float* b1,
                                                const Part& part) {
  const V even = part(b0), odd = part(b1);
#pragma GCC unroll 8
  for (int r = 0; r < kDotRows; ++r) {
    const V av = kept(part(a[r]));
    acc[kPair * r] += av * even;
    acc[kPair * r + 1] += av * odd;
  }
}

constexpr auto kAdd = [](V a, V b) { return a + b; };

// Lanes of a tile's gathered sums that belong to the second of its two columns.
[[gnu::always_inline]] inline auto of_second_column() {
  decltype(V{} > V{}) lanes{};
  for (int lane = 0; lane < kWidth; ++lane) lanes[lane] = lane / kBlock % kPair ? -1 : 0;
  return lanes;
}

// The first `rows` rows of a tile; the others repeat the last one, and are not stored.
void dot_rows(const ThinProduct& p, int64_t row, int64_t rows) {
  const float* a[kDotRows];
  for (int r = 0; r < kDotRows; ++r) a[r] = p.a + (row + (r < rows ? r : rows - 1)) * p.a_row;
  const int64_t whole = p.depth / kStride * kStride;
  const Clamp<float> clamp(p.epilogue.activation);
  for (int64_t column = 0; column < p.columns; column += kPair) {
    const int64_t other = column + 1 < p.columns ? column + 1 : column;
    const float* const b0 = p.b + column * p.b_column;
    const float* const b1 = p.b + other * p.b_column;
    V acc[kParts][kDots]{};
    for (int64_t k = 0; k < whole; k += kStride)
#pragma GCC unroll 4
      for (int i = 0; i < kParts; ++i)
        add_products(acc[i], a, b0, b1,
                     [at = k + i * kWidth](const float* from) { return load(from + at); });
    for (int i = 0; i < kParts; ++i) {
      const int64_t at = whole + i * kWidth, left = p.depth - at;
      if (left <= 0) break;
      add_products(acc[i], a, b0, b1, [=](const float* from) {
        return left >= kWidth ? load(from + at) : load_first(from + at, static_cast<int>(left));
      });
    }
#pragma GCC unroll 2
    for (int parts = kParts / 2; parts > 0; parts /= 2)
      for (int i = 0; i < parts; ++i)
        for (int dot = 0; dot < kDots; ++dot) acc[i][dot] += acc[i + parts][dot];
    V shift{};
    if (const float* const bias = p.epilogue.bias)
      shift = of_second_column() ? splat(bias[other]) : splat(bias[column]);
    float sums[kWidth];
    store(sums, clamp(fold_blocks<kBlock / 2>(gather_folds<kDots>(acc[0], kAdd), kAdd) + shift));
    float* to = p.c + row * p.columns;
    for (int64_t r = 0; r < rows; ++r, to += p.columns) {
      to[column] = sums[kPair * r * kBlock];
      to[other] = sums[(kPair * r + (other - column)) * kBlock];
    }
  }
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
  for (int64_t row = begin; row < end; row += kDotRows)
    dot_rows(p, row, end - row < kDotRows ? end - row : kDotRows);
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
