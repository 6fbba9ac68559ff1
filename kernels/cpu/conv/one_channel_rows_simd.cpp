#include "graft/kernels/cpu/conv/one_channel_rows.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// The groups of a row. All but the last may be read and written as whole vectors: what is beyond a
// group belongs to the next, which comes later.
struct Groups {
  int64_t elements, count;
  int last;  // elements of the last group

  template <class T>
  explicit Groups(const RepeatedRows<T>& rows)
      : elements(kLanes<T> / rows.columns * rows.columns),
        count((rows.out_w * rows.columns + elements - 1) / elements),
        last(static_cast<int>(rows.out_w * rows.columns - (count - 1) * elements)) {}
};

template <class T>
[[gnu::always_inline]] inline Vec<T> load_part(const T* from, int count) {
  return count == kLanes<T> ? load(from) : load_first(from, count);
}

// kRows rows of kGroups neighbouring groups. Most loads of x cross a cache line, so that each is
// used for all the rows that see it.
template <class T, int kRows, int kGroups>
struct Block {
  const RepeatedRows<T> of;
  const int64_t elements;  // of a group
  const T* const weights;
  Vec<T> acc[kRows][kGroups];

  [[gnu::always_inline]] Block(const RepeatedRows<T>& rows, int64_t group, const T* all_weights,
                               const T* bias)
      : of(rows), elements(group), weights(all_weights) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) acc[r][g] = load(bias);
  }

  // Row `iy` of x for rows kFirst..kLast, which see it in window row iy - r.
  template <int kFirst, int kLast>
  [[gnu::always_inline]] void add(int64_t iy, int64_t at) {
    const T* from = of.x + iy * of.x_row + at;
    const int64_t row_weights = of.col_taps * kLanes<T>;
    const T* w = weights + (iy - kFirst) * row_weights;
    for (int64_t j = 0; j < of.col_taps; ++j, from += of.columns, w += kLanes<T>) {
      Vec<T> x[kGroups];
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) x[g] = kept(load(from + g * elements));
#pragma GCC unroll 4
      for (int r = kFirst; r <= kLast; ++r) {
        const Vec<T> weight = kept(load(w - (r - kFirst) * row_weights));
#pragma GCC unroll 4
        for (int g = 0; g < kGroups; ++g) acc[r][g] += weight * x[g];
      }
    }
  }

  [[gnu::always_inline]] void finish(const Clamp<T>& clamp, int64_t at, int last, const T* residual,
                                     T* y) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) {
        const int count = g + 1 < kGroups ? kLanes<T> : last;
        const int64_t to = r * of.out_row + at + g * elements;
        if (residual) acc[r][g] += load_part(residual + to, count);
        acc[r][g] = clamp(acc[r][g]);
        if (count == kLanes<T>)
          store(y + to, acc[r][g]);
        else
          store_first(y + to, acc[r][g], count);
      }
  }
};

template <class T, int kRows, int kGroups>
void correlate_block(const RepeatedRows<T>& rows, const Groups& groups, int64_t group,
                     const T* weights, const T* bias, const Epilogue<T>& epilogue, T* y) {
  const int64_t at = group * groups.elements, taps = rows.row_taps;
  Block<T, kRows, kGroups> block(rows, groups.elements, weights, bias);
  if constexpr (kRows == 4) {  // of at least 3 window rows
    block.template add<0, 0>(0, at);
    block.template add<0, 1>(1, at);
    block.template add<0, 2>(2, at);
    for (int64_t iy = 3; iy < taps; ++iy) block.template add<0, 3>(iy, at);
    block.template add<1, 3>(taps, at);
    block.template add<2, 3>(taps + 1, at);
    block.template add<3, 3>(taps + 2, at);
  } else {
    for (int64_t iy = 0; iy < taps; ++iy) block.template add<0, 0>(iy, at);
  }
  block.finish(Clamp<T>(epilogue.activation), at,
               group + kGroups < groups.count ? kLanes<T> : groups.last, epilogue.residual, y);
}

template <class T, int kRows>
void correlate_groups(const RepeatedRows<T>& rows, const T* weights, const T* bias,
                      const Epilogue<T>& epilogue, T* y) {
  const Groups groups(rows);
  int64_t group = 0;
  for (; group + 2 <= groups.count; group += 2)
    correlate_block<T, kRows, 2>(rows, groups, group, weights, bias, epilogue, y);
  for (; group < groups.count; ++group)
    correlate_block<T, kRows, 1>(rows, groups, group, weights, bias, epilogue, y);
}

template <class T>
void correlate_rows(const RepeatedRows<T>& all, const T* weights, const T* bias,
                    const Epilogue<T>& epilogue, T* y) {
  RepeatedRows<T> rows = all;
  Epilogue<T> here = epilogue;
  const auto run = [&]<int kRows>() {
    for (; rows.rows >= kRows; rows.rows -= kRows) {
      correlate_groups<T, kRows>(rows, weights, bias, here, y);
      rows.x += kRows * rows.x_row;
      y += kRows * rows.out_row;
      if (here.residual) here.residual += kRows * rows.out_row;
    }
  };
  if (rows.row_taps >= 3) run.template operator()<4>();
  run.template operator()<1>();
}

// Taps row..row+kRows-1 by col..col+kCols-1: each row of x against all the rows of dy that see it.
template <class T, int kRows, int kCols>
void add_taps(const RepeatedRows<T>& rows, int64_t row, int64_t col, const T* dy, const T* zeros,
              T* sums) {
  const Groups groups(rows);
  const int64_t columns = rows.columns;
  Vec<T> acc[kRows][kCols]{};
  for (int64_t iy = 0; iy < rows.rows + kRows - 1; ++iy) {
    const T* gradient[kRows];
    for (int i = 0; i < kRows; ++i)
      gradient[i] = iy < i || iy - i >= rows.rows ? zeros : dy + (iy - i) * rows.out_row;
    const T* x = rows.x + (row + iy) * rows.x_row + col * columns;
    const auto add = [&](int64_t at, const auto& read) {
      Vec<T> g[kRows];
#pragma GCC unroll 5
      for (int i = 0; i < kRows; ++i) g[i] = read(gradient[i] + at);
#pragma GCC unroll 5
      for (int j = 0; j < kCols; ++j) {
        const Vec<T> pixels = read(x + at + j * columns);
#pragma GCC unroll 5
        for (int i = 0; i < kRows; ++i) acc[i][j] += g[i] * pixels;
      }
    };
    const int64_t last = (groups.count - 1) * groups.elements;
    for (int64_t at = 0; at < last; at += groups.elements)
      add(at, [](const T* from) { return load(from); });
    add(last, [&](const T* from) { return load_part(from, groups.last); });
  }
#pragma GCC unroll 5
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 5
    for (int j = 0; j < kCols; ++j) {
      T* const to = sums + ((row + i) * rows.col_taps + col + j) * kLanes<T>;
      store(to, load(static_cast<const T*>(to)) + acc[i][j]);
    }
}

// Calls visit.operator()<n>(begin) for pieces begin..begin+n-1 of 0..count-1: as many as can have
// their sums in registers, then smaller ones.
template <class Visit>
void for_pieces(int64_t count, const Visit& visit) {
  int64_t begin = 0;
  if constexpr (kSimd == SimdLevel::Avx512)
    for (; begin + 5 <= count; begin += 5) visit.template operator()<5>(begin);
  for (; begin + 3 <= count; begin += 3) visit.template operator()<3>(begin);
  for (; begin < count; ++begin) visit.template operator()<1>(begin);
}

template <class T>
void add_filter_grad(const RepeatedRows<T>& rows, const T* dy, const T* zeros, T* sums) {
  for_pieces(rows.row_taps, [&]<int kRows>(int64_t row) {
    for_pieces(rows.col_taps, [&]<int kCols>(int64_t col) {
      add_taps<T, kRows, kCols>(rows, row, col, dy, zeros, sums);
    });
  });
}

template <class T>
void repeat(const T* x, int64_t x_pixel, int64_t pixels, int64_t columns, T* to) {
  for (int64_t p = 0; p < pixels; ++p, x += x_pixel, to += columns) store(to, splat(*x));
}

}  // namespace

template <>
void repeat_pixels<kSimd>(const float* x, int64_t x_pixel, int64_t pixels, int64_t columns,
                          float* to) {
  repeat(x, x_pixel, pixels, columns, to);
}
template <>
void repeat_pixels<kSimd>(const double* x, int64_t x_pixel, int64_t pixels, int64_t columns,
                          double* to) {
  repeat(x, x_pixel, pixels, columns, to);
}

template <>
void one_channel_rows<kSimd>(const RepeatedRows<float>& rows, const float* weights,
                             const float* bias, const Epilogue<float>& epilogue, float* y) {
  correlate_rows(rows, weights, bias, epilogue, y);
}
template <>
void one_channel_rows<kSimd>(const RepeatedRows<double>& rows, const double* weights,
                             const double* bias, const Epilogue<double>& epilogue, double* y) {
  correlate_rows(rows, weights, bias, epilogue, y);
}

template <>
void one_channel_filter_grad_rows<kSimd>(const RepeatedRows<float>& rows, const float* dy,
                                         const float* zeros, float* sums) {
  add_filter_grad(rows, dy, zeros, sums);
}
template <>
void one_channel_filter_grad_rows<kSimd>(const RepeatedRows<double>& rows, const double* dy,
                                         const double* zeros, double* sums) {
  add_filter_grad(rows, dy, zeros, sums);
}

}  // namespace graft::cpu
