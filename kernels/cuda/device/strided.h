// A LoopPlan as device code reads it: from the number of an element to its place in each operand.
#pragma once

#include <cuda_runtime.h>

#include "graft/kernels/loop_plan.h"

namespace graft::cuda {

/// Places of one element in N operands.
template <int N>
struct Offsets {
  int64_t of[N];
};

/// Axes and strides of N operands, passed to a kernel by value.
template <int N>
struct Strided {
  int rank;
  int64_t count;
  int64_t extent[kMaxRank];
  int64_t stride[kMaxRank][N];

  /// Of element `index` in row-major order. Divides in 32 bits where that suffices: a division in
  /// 64 costs a GPU several times as much.
  __device__ Offsets<N> offsets(int64_t index) const {
    Offsets<N> offset{};
    if (count <= 0xffffffff) {
      auto rest = static_cast<uint32_t>(index);
      for (int axis = rank - 1; axis > 0; --axis) {
        const auto width = static_cast<uint32_t>(extent[axis]);
        const uint32_t above = rest / width;
        step(offset, axis, rest - above * width);
        rest = above;
      }
      step(offset, 0, rest);
    } else {
      for (int axis = rank - 1; axis > 0; --axis) {
        step(offset, axis, index % extent[axis]);
        index /= extent[axis];
      }
      step(offset, 0, index);
    }
    return offset;
  }

 private:
  __device__ void step(Offsets<N>& offset, int axis, int64_t steps) const {
    for (int i = 0; i < N; ++i) offset.of[i] += steps * stride[axis][i];
  }
};

template <size_t N>
Strided<static_cast<int>(N)> strided(const LoopPlan<N>& plan) {
  Strided<static_cast<int>(N)> result{};
  result.rank = plan.rank;
  result.count = plan.count;
  for (int axis = 0; axis < plan.rank; ++axis) {
    const auto k = static_cast<size_t>(axis);
    result.extent[axis] = plan.extent[k];
    for (size_t i = 0; i < N; ++i) result.stride[axis][i] = plan.stride[k][i];
  }
  return result;
}

/// Whether every operand is one run of neighbours.
template <size_t N>
bool dense(const LoopPlan<N>& plan) {
  bool result = plan.rank == 1;
  for (size_t i = 0; i < N; ++i) result = result && (plan.count <= 1 || plan.inner_stride(i) == 1);
  return result;
}

}  // namespace graft::cuda
