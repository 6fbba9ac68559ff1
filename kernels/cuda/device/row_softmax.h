// Rows, a block each, and the softmax of one.
#pragma once

#include <cmath>
#include <limits>

#include "graft/core/view.h"
#include "graft/kernels/cuda/device/block_reduce.h"
#include "graft/kernels/cuda/device/convert.h"
#include "graft/kernels/cuda/device/launch.h"

namespace graft::cuda {

/// The last axis as rows.
struct Rows {
  int64_t count, width;
  /// A block of kBlock threads for each; none for empty rows.
  Grid grid() const { return {static_cast<unsigned>(width ? std::min(count, kMostBlocks) : 0)}; }
};
inline Rows rows_of(const View& y) {
  const int64_t width = y.dim(y.rank() - 1);
  return {width ? y.numel() / width : 0, width};
}

/// Device code: the part of a row that a thread takes.
struct RowLoop {
  int64_t at, width;
  __device__ explicit RowLoop(int64_t elements) : at(threadIdx.x), width(elements) {}
  __device__ explicit operator bool() const { return at < width; }
  __device__ void next() { at += kBlock; }
};

/// Made by all threads of a block together, from one row; width > 0.
template <class T>
struct RowSoftmax {
  Compute<T> largest;  ///< NaN if there is one
  double sum = 0;      ///< of exp(x - largest)

  __device__ RowSoftmax(const T* x, int64_t width)
      : largest(-std::numeric_limits<Compute<T>>::infinity()) {
    for (RowLoop i(width); i; i.next()) largest = MaxOf::combine(largest, widen(x[i.at]));
    largest = block_reduce<kBlock, MaxOf>(largest);
    for (RowLoop i(width); i; i.next())
      sum += static_cast<double>(std::exp(widen(x[i.at]) - largest));
    sum = block_reduce<kBlock, SumOf>(sum);
  }
  __device__ Compute<T> at(T x) const {
    return std::exp(widen(x) - largest) * static_cast<Compute<T>>(1.0 / sum);
  }
};

}  // namespace graft::cuda
