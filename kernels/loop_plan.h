// How to walk N operands of one shape, each with its own strides.
//
// A plan drops axes of extent 1 and merges neighbours that every operand steps through evenly, so
// contiguous operands become one long run.
#pragma once

#include <algorithm>
#include <array>

#include "graft/core/shape.h"

namespace graft {

template <size_t N>
struct LoopPlan {
  using Offsets = std::array<int64_t, N>;

  int rank = 1;  ///< at least 1: a scalar is one run of one element
  std::array<int64_t, kMaxRank> extent{1};
  std::array<Offsets, kMaxRank> stride{};
  int64_t count = 1;

  int last() const { return rank - 1; }
  /// Step of operand `i` along the innermost axis.
  int64_t inner_stride(size_t i) const { return stride[static_cast<size_t>(last())][i]; }
  int64_t inner_extent() const { return extent[static_cast<size_t>(last())]; }

  Offsets offset_of(int64_t index) const {
    Offsets offset{};
    for (size_t axis = static_cast<size_t>(rank); axis-- > 0;) {
      for (size_t i = 0; i < N; ++i) offset[i] += index % extent[axis] * stride[axis][i];
      index /= extent[axis];
    }
    return offset;
  }

  /// Takes `axis` out of the loop; what remains has at least one axis (of extent 1).
  void remove_axis(int axis) {
    for (auto k = static_cast<size_t>(axis); k + 1 < static_cast<size_t>(rank); ++k) {
      extent[k] = extent[k + 1];
      stride[k] = stride[k + 1];
    }
    if (--rank == 0) {
      rank = 1;
      extent[0] = 1;
      stride[0] = {};
    }
    count = 1;
    for (int k = 0; k < rank; ++k) count *= extent[static_cast<size_t>(k)];
  }
};

template <size_t N>
LoopPlan<N> plan_loop(const Shape& shape, const std::array<Shape, N>& strides) {
  LoopPlan<N> plan;
  plan.count = shape.numel();
  size_t rank = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    bool merges = rank > 0;
    for (size_t i = 0; merges && i < N; ++i)
      merges = plan.stride[rank - 1][i] == strides[i][axis] * shape[axis];
    if (merges) {
      plan.extent[rank - 1] *= shape[axis];
    } else {
      plan.extent[rank++] = shape[axis];
    }
    for (size_t i = 0; i < N; ++i) plan.stride[rank - 1][i] = strides[i][axis];
  }
  plan.rank = std::max(1, static_cast<int>(rank));
  return plan;
}

}  // namespace graft
