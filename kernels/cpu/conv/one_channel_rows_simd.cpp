#include "graft/kernels/cpu/conv/one_channel_rows.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/row_loops.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// f64 is for checking, and has little code.
template <class T>
constexpr bool kFast = sizeof(T) == sizeof(float);

// Groups of a block, as many as there are registers for.
template <class T>
constexpr int kMaxGroups = !kFast<T>                    ? 1
                           : kSimd == SimdLevel::Avx512 ? 5
                                                        : 2;

// The groups of a row. All but the last may be read and written as whole vectors: what is beyond a
// group belongs to the next, which comes later.
template <class T>
struct Groups {
  int64_t pixels, elements;  // of a group
  int64_t count;
  int last;              // elements of the last group
  LaneIndex<T> pixel{};  // of the group, that a lane belongs to

  explicit Groups(const PaddedRows<T>& rows)
      : pixels(kLanes<T> / rows.columns),
        elements(pixels * rows.columns),
        count((rows.out_w * rows.columns + elements - 1) / elements),
        last(static_cast<int>(rows.out_w * rows.columns - (count - 1) * elements)) {
    for (int64_t p = 1; p < pixels; ++p)
      for (int64_t lane = p * rows.columns; lane < elements; ++lane) ++pixel[lane];
  }
  // x[0], x[1], ... where the columns of their pixels are.
  [[gnu::always_inline]] Vec<T> repeated(const T* x) const { return permuted<T>(load(x), pixel); }
};

template <class T>
[[gnu::always_inline]] inline Vec<T> load_part(const T* from, int count) {
  return count == kLanes<T> ? load(from) : load_first(from, count);
}

// kRows rows of kGroups neighbouring groups: each load of x is used for all the rows that see it.
template <class T, int kRows, int kGroups>
struct Block {
  const PaddedRows<T> of;
  const Groups<T> groups;
  const T* const weights;
  Vec<T> acc[kRows][kGroups];

  [[gnu::always_inline]] Block(const PaddedRows<T>& rows, const Groups<T>& all,
                               const T* all_weights, const T* bias)
      : of(rows), groups(all), weights(all_weights) {
#pragma GCC unroll 5
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 5
      for (int g = 0; g < kGroups; ++g) acc[r][g] = load(bias);
  }

  // Row `iy` of x for rows kFirst..kLast, which see it in window row iy - r.
  template <int kFirst, int kLast>
  [[gnu::always_inline]] void add(int64_t iy, int64_t group) {
    const T* from = of.x + iy * of.x_row + group * groups.pixels;
    const int64_t row_weights = of.col_taps * kLanes<T>;
    const T* w = weights + (iy - kFirst) * row_weights;
    for (int64_t j = 0; j < of.col_taps; ++j, ++from, w += kLanes<T>) {
      Vec<T> x[kGroups];
#pragma GCC unroll 5
      for (int g = 0; g < kGroups; ++g) x[g] = groups.repeated(from + g * groups.pixels);
#pragma GCC unroll 5
      for (int r = kFirst; r <= kLast; ++r) {
        const Vec<T> weight = kept(load(w - (r - kFirst) * row_weights));
#pragma GCC unroll 5
        for (int g = 0; g < kGroups; ++g) acc[r][g] += weight * x[g];
      }
    }
  }

  [[gnu::always_inline]] void finish(const Clamp<T>& clamp, int64_t group, const T* residual,
                                     T* y) {
    const int last = group + kGroups < groups.count ? kLanes<T> : groups.last;
#pragma GCC unroll 5
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 5
      for (int g = 0; g < kGroups; ++g) {
        const int count = g + 1 < kGroups ? kLanes<T> : last;
        const int64_t to = r * of.out_row + (group + g) * groups.elements;
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
void correlate_block(const PaddedRows<T>& rows, const Groups<T>& groups, int64_t group,
                     const T* weights, const T* bias, const Epilogue<T>& epilogue, T* y) {
  const int64_t taps = rows.row_taps;
  Block<T, kRows, kGroups> block(rows, groups, weights, bias);
  if constexpr (kRows == 4) {  // of at least 3 window rows
    block.template add<0, 0>(0, group);
    block.template add<0, 1>(1, group);
    block.template add<0, 2>(2, group);
    for (int64_t iy = 3; iy < taps; ++iy) block.template add<0, 3>(iy, group);
    block.template add<1, 3>(taps, group);
    block.template add<2, 3>(taps + 1, group);
    block.template add<3, 3>(taps + 2, group);
  } else {
    for (int64_t iy = 0; iy < taps; ++iy) block.template add<0, 0>(iy, group);
  }
  block.finish(Clamp<T>(epilogue.activation), group, epilogue.residual, y);
}

// Groups begin..end-1, in one block if they are kGroups, else with fewer.
template <class T, int kRows, int kGroups>
void correlate_groups(const PaddedRows<T>& rows, const Groups<T>& groups, int64_t begin,
                      int64_t end, const T* weights, const T* bias, const Epilogue<T>& epilogue,
                      T* y) {
  if (end - begin == kGroups)
    correlate_block<T, kRows, kGroups>(rows, groups, begin, weights, bias, epilogue, y);
  else if constexpr (kGroups > 1)
    correlate_groups<T, kRows, kGroups - 1>(rows, groups, begin, end, weights, bias, epilogue, y);
}

template <class T>
void correlate_rows(const PaddedRows<T>& all, const T* weights, const T* bias,
                    const Epilogue<T>& epilogue, T* y) {
  const Groups<T> groups(all);
  const int64_t blocks = (groups.count + kMaxGroups<T> - 1) / kMaxGroups<T>;
  PaddedRows<T> rows = all;
  Epilogue<T> here = epilogue;
  const auto run = [&]<int kRows>() {
    for (; rows.rows >= kRows; rows.rows -= kRows) {
      for (int64_t block = 0; block < blocks; ++block)
        correlate_groups<T, kRows, kMaxGroups<T>>(rows, groups, groups.count * block / blocks,
                                                  groups.count * (block + 1) / blocks, weights,
                                                  bias, here, y);
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
void add_taps(const PaddedRows<T>& rows, const Groups<T>& all, int64_t row, int64_t col,
              const T* dy, const T* zeros, T* sums) {
  const Groups<T> groups = all;
  const int64_t whole = groups.last == kLanes<T> ? groups.count : groups.count - 1;
  Vec<T> acc[kRows][kCols]{};
  // Row `iy` of x in window rows kFirst..kLast, without those that are outside.
  const auto add_row = [&]<int kFirst, int kLast>(int64_t iy) {
    const T* gradient[kRows];
    for (int i = kFirst; i <= kLast; ++i)
      gradient[i] = iy < i || iy - i >= rows.rows ? zeros : dy + (iy - i) * rows.out_row;
    const T* x = rows.x + (row + iy) * rows.x_row + col;
    const auto add = [&](int64_t group, const auto& part) {
      Vec<T> g[kRows];
#pragma GCC unroll 5
      for (int i = kFirst; i <= kLast; ++i) g[i] = part.get(gradient[i] + group * groups.elements);
#pragma GCC unroll 5
      for (int j = 0; j < kCols; ++j) {
        const Vec<T> pixels = part.only(groups.repeated(x + group * groups.pixels + j));
#pragma GCC unroll 5
        for (int i = kFirst; i <= kLast; ++i) acc[i][j] += g[i] * pixels;
      }
    };
    for (int64_t group = 0; group < whole; ++group) add(group, WholeVector<T>());
    if (whole < groups.count) add(whole, PartVector<T>{groups.last});
  };
  // The first and the last rows of x are seen by half of the window at most.
  constexpr int kHalf = kRows / 2;
  const int64_t end = rows.rows + kRows - 1;
  int64_t iy = 0;
  if constexpr (kHalf > 0)
    for (; iy < kHalf; ++iy) add_row.template operator()<0, kHalf - 1>(iy);
  for (; iy < end - kHalf; ++iy) add_row.template operator()<0, kRows - 1>(iy);
  if constexpr (kHalf > 0)
    for (; iy < end; ++iy) add_row.template operator()<kRows - kHalf, kRows - 1>(iy);
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
template <class T, class Visit>
void for_pieces(int64_t count, const Visit& visit) {
  int64_t begin = 0;
  if constexpr (kSimd == SimdLevel::Avx512 && kFast<T>)
    for (; begin + 5 <= count; begin += 5) visit.template operator()<5>(begin);
  if constexpr (kFast<T>)
    for (; begin + 3 <= count; begin += 3) visit.template operator()<3>(begin);
  for (; begin < count; ++begin) visit.template operator()<1>(begin);
}

template <class T>
void add_filter_grad(const PaddedRows<T>& rows, const T* dy, const T* zeros, T* sums) {
  const Groups<T> groups(rows);
  for_pieces<T>(rows.row_taps, [&]<int kRows>(int64_t row) {
    for_pieces<T>(rows.col_taps, [&]<int kCols>(int64_t col) {
      add_taps<T, kRows, kCols>(rows, groups, row, col, dy, zeros, sums);
    });
  });
}

template <class T>
void pad(const T* x, int64_t count, int64_t begin, int64_t size, T* to) {
  for (int64_t i = 0; i < size; i += kLanes<T>) store(to + i, Vec<T>{});
  for_vectors<T>(count,
                 [&](int64_t i, const auto& part) { part.put(to + begin + i, part.get(x + i)); });
}

}  // namespace

template <>
void pad_row<kSimd>(const float* x, int64_t count, int64_t begin, int64_t size, float* to) {
  pad(x, count, begin, size, to);
}
template <>
void pad_row<kSimd>(const double* x, int64_t count, int64_t begin, int64_t size, double* to) {
  pad(x, count, begin, size, to);
}

template <>
void one_channel_rows<kSimd>(const PaddedRows<float>& rows, const float* weights, const float* bias,
                             const Epilogue<float>& epilogue, float* y) {
  correlate_rows(rows, weights, bias, epilogue, y);
}
template <>
void one_channel_rows<kSimd>(const PaddedRows<double>& rows, const double* weights,
                             const double* bias, const Epilogue<double>& epilogue, double* y) {
  correlate_rows(rows, weights, bias, epilogue, y);
}

template <>
void one_channel_filter_grad_rows<kSimd>(const PaddedRows<float>& rows, const float* dy,
                                         const float* zeros, float* sums) {
  add_filter_grad(rows, dy, zeros, sums);
}
template <>
void one_channel_filter_grad_rows<kSimd>(const PaddedRows<double>& rows, const double* dy,
                                         const double* zeros, double* sums) {
  add_filter_grad(rows, dy, zeros, sums);
}

}  // namespace graft::cpu
