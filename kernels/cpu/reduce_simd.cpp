#include "graft/kernels/cpu/reduce_runs.h"
#include "graft/kernels/cpu/simd/vec.h"
#include "graft/kernels/functors.h"

namespace graft::cpu {
namespace {

constexpr int64_t kBlock = 1024;   // elements summed in T
constexpr int64_t kRowBlock = 64;  // rows summed in T, elementwise

struct Sum : Add {
  static constexpr double kIdentity = 0;
};
struct Max : Maximum {
  static constexpr double kIdentity = -__builtin_inf();
};

template <class Op, class T>
T reduce_block(const T* x, int64_t step, int64_t count) {
  constexpr int64_t kPartials = 64;  // independent chains, enough to hide an addition's latency
  const T identity = static_cast<T>(Op::kIdentity);
  if (count < kPartials) {
    T total = identity;
    for (int64_t i = 0; i < count; ++i) total = Op::f(total, x[i * step]);
    return total;
  }
  [[gnu::uninitialized]] T partial[kPartials];
  for (int64_t p = 0; p < kPartials; ++p) partial[p] = identity;
  int64_t i = 0;
  if (step == 1)
    for (; i + kPartials <= count; i += kPartials)
      for (int64_t p = 0; p < kPartials; ++p) partial[p] = Op::f(partial[p], x[i + p]);
  for (; i < count; ++i) partial[i % kPartials] = Op::f(partial[i % kPartials], x[i * step]);
  for (int64_t width = kPartials / 2; width > 0; width /= 2)
    for (int64_t p = 0; p < width; ++p) partial[p] = Op::f(partial[p], partial[p + width]);
  return partial[0];
}

template <class Op, class T>
double reduce_elements(double total, const T* x, int64_t step, int64_t count) {
  for (int64_t i = 0; i < count; i += kBlock) {
    const int64_t length = count - i < kBlock ? count - i : kBlock;
    total = Op::f(total, static_cast<double>(reduce_block<Op>(x + i * step, step, length)));
  }
  return total;
}

// Rows in pairs of pairs: a quarter of the traffic to the block's sums.
template <class Op, class T>
void reduce_wide_rows(double* total, const T* x, int64_t row_step, int64_t rows,
                      int64_t column_step, int64_t columns) {
  [[gnu::uninitialized]] T block[kReduceColumns];
  for (int64_t begin = 0; begin < rows; begin += kRowBlock) {
    const int64_t end = rows - begin < kRowBlock ? rows : begin + kRowBlock;
    for (int64_t c = 0; c < columns; ++c) block[c] = static_cast<T>(Op::kIdentity);
    int64_t r = begin;
    if (column_step == 1) {
      for (; r + 4 <= end; r += 4) {
        const T *x0 = x + r * row_step, *x1 = x0 + row_step, *x2 = x1 + row_step,
                *x3 = x2 + row_step;
        for (int64_t c = 0; c < columns; ++c)
          block[c] = Op::f(block[c], Op::f(Op::f(x0[c], x1[c]), Op::f(x2[c], x3[c])));
      }
    }
    for (; r < end; ++r)
      for (int64_t c = 0; c < columns; ++c)
        block[c] = Op::f(block[c], x[r * row_step + c * column_step]);
    for (int64_t c = 0; c < columns; ++c) total[c] = Op::f(total[c], static_cast<double>(block[c]));
  }
}

// Dense rows of few columns are taken as fewer and wider ones.
template <class Op, class T>
void reduce_rows(double* total, const T* x, int64_t row_step, int64_t rows, int64_t column_step,
                 int64_t columns) {
  const int64_t together = kReduceColumns / columns, wide_rows = rows / together;
  const int64_t wide = together * columns;
  if (columns >= kLanes<T> || column_step != 1 || row_step != columns || wide_rows < 4)
    return reduce_wide_rows<Op>(total, x, row_step, rows, column_step, columns);
  [[gnu::uninitialized]] double sums[kReduceColumns];
  for (int64_t c = 0; c < wide; ++c) sums[c] = Op::kIdentity;
  reduce_wide_rows<Op>(sums, x, wide, wide_rows, 1, wide);
  for (int64_t i = 0; i < together; ++i)
    for (int64_t c = 0; c < columns; ++c) total[c] = Op::f(total[c], sums[i * columns + c]);
  const int64_t rest = rows - wide_rows * together;
  if (rest > 0) reduce_wide_rows<Op>(total, x + wide_rows * wide, row_step, rest, 1, columns);
}

template <class Op>
void merge(double* total, const double* other, int64_t columns) {
  for (int64_t c = 0; c < columns; ++c) total[c] = Op::f(total[c], other[c]);
}

template <class Op, class T>
constexpr ReduceRuns<T> runs_of() {
  return {reduce_elements<Op, T>, reduce_rows<Op, T>, merge<Op>, Op::kIdentity};
}

}  // namespace

template <>
ReduceRuns<float> reduce_runs<kSimd, float>(ReduceKind kind) {
  return kind == ReduceKind::Sum ? runs_of<Sum, float>() : runs_of<Max, float>();
}
template <>
ReduceRuns<double> reduce_runs<kSimd, double>(ReduceKind kind) {
  return kind == ReduceKind::Sum ? runs_of<Sum, double>() : runs_of<Max, double>();
}

}  // namespace graft::cpu
