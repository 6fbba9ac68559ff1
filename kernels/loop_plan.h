// How to walk N operands of one shape, each with its own strides.
//
// A plan drops axes of extent 1 and merges neighbours that every operand steps through evenly, so
// contiguous operands become one long run.
#pragma once

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

  /// Adds an axis inside the others. One of extent 1 is dropped, and one that continues the last
  /// one in every operand is merged with it.
  void append(int64_t length, const Offsets& steps) {
    if (length == 1) return;
    count *= length;
    auto inner = static_cast<size_t>(last());
    bool merges = true;
    for (size_t i = 0; i < N; ++i) merges = merges && stride[inner][i] == steps[i] * length;
    if (extent[inner] == 1) {  // the loop was empty
      extent[inner] = length;
    } else if (merges) {
      extent[inner] *= length;
    } else {
      inner = static_cast<size_t>(rank++);
      extent[inner] = length;
    }
    stride[inner] = steps;
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
  for (int axis = 0; axis < shape.rank(); ++axis) {
    typename LoopPlan<N>::Offsets steps{};
    for (size_t i = 0; i < N; ++i) steps[i] = strides[i][axis];
    plan.append(shape[axis], steps);
  }
  return plan;
}

}  // namespace graft
