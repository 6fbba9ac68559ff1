#include "graft/kernels/cpu/conv/fold_row.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Outputs of `count` columns from `column` on, at most a vector.
template <class T>
void fold_columns(const FoldRow<T>& row, const Epilogue<T>& epilogue, int64_t column, int count,
                  T* y) {
  const Clamp<T> clamp(epilogue.activation);
  const auto read = [&](const T* from) {
    return count == kLanes<T> ? load(from) : load_first(from, count);
  };
  const Vec<T> bias = epilogue.bias ? read(epilogue.bias + column) : Vec<T>{};
  const int64_t taps = row.taps, step = row.col_step * row.sums_pixel + row.columns;
  for (int64_t q = 0; q < row.out_w; ++q) {
    const T* from = row.sums + q * row.sums_pixel + column;
    Vec<T> sum = bias;
    for (int64_t tap = 0; tap < taps; ++tap, from += step) sum += load(from);
    const int64_t to = q * row.out_pixel + column;
    if (epilogue.residual) sum += read(epilogue.residual + to);
    sum = clamp(sum);
    if (count == kLanes<T>)
      store(y + to, sum);
    else
      store_first(y + to, sum, count);
  }
}

template <class T>
void fold(const FoldRow<T>& row, const Epilogue<T>& epilogue, T* y) {
  for (int64_t column = 0; column < row.columns; column += kLanes<T>) {
    const int64_t left = row.columns - column;
    fold_columns(row, epilogue, column, left < kLanes<T> ? static_cast<int>(left) : kLanes<T>, y);
  }
}

}  // namespace

template <>
void fold_row<kSimd, float>(const FoldRow<float>& row, const Epilogue<float>& epilogue, float* y) {
  fold(row, epilogue, y);
}
template <>
void fold_row<kSimd, double>(const FoldRow<double>& row, const Epilogue<double>& epilogue,
                             double* y) {
  fold(row, epilogue, y);
}

}  // namespace graft::cpu
