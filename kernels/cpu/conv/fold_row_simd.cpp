#include "graft/kernels/cpu/conv/fold_row.h"

#include "graft/kernels/cpu/simd/activate.h"
#include "graft/kernels/cpu/simd/vec.h"

namespace graft::cpu {
namespace {

// Outputs of `count` columns from `column` on, at most a vector.
template <class T>
void fold_columns(const FoldRow<T>& all, const Epilogue<T>& epilogue, int64_t column, int count,
                  T* y) {
  const FoldRow<T> row = all;  // a copy, so that no store into y can be taken for a change of it
  const Clamp<T> clamp(epilogue.activation);
  const auto read = [&](const T* from) {
    return count == kLanes<T> ? load(from) : load_first(from, count);
  };
  const Vec<T> bias = epilogue.bias ? read(epilogue.bias + column) : Vec<T>{};
  const int64_t taps = row.taps, step = row.col_step * row.sums_pixel + row.columns;
  const auto fold_outputs = [&]<int kOutputs>(int64_t first) {
    const T* from = row.sums + first * row.sums_pixel + column;
    Vec<T> sums[kOutputs];
#pragma GCC unroll 4
    for (int q = 0; q < kOutputs; ++q) sums[q] = bias;
    for (int64_t tap = 0; tap < taps; ++tap, from += step)
#pragma GCC unroll 4
      for (int q = 0; q < kOutputs; ++q) sums[q] += load(from + q * row.sums_pixel);
#pragma GCC unroll 4
    for (int q = 0; q < kOutputs; ++q) {
      const int64_t to = (first + q) * row.out_pixel + column;
      if (epilogue.residual) sums[q] += read(epilogue.residual + to);
      const Vec<T> result = clamp(sums[q]);
      if (count == kLanes<T>)
        store(y + to, result);
      else
        store_first(y + to, result, count);
    }
  };
  int64_t q = 0;
  if constexpr (sizeof(T) == sizeof(float))  // f64 is for checking, and has little code
    for (; q + 4 <= row.out_w; q += 4) fold_outputs.template operator()<4>(q);
  for (; q < row.out_w; ++q) fold_outputs.template operator()<1>(q);
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
