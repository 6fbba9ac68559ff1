// When a copy is a transpose.
#pragma once

#include <optional>

#include "graft/kernels/loop_plan.h"

namespace graft {

using CopyPlan = LoopPlan<2>;  ///< source, destination

/// The axis along which the source is dense, where the destination is dense along another, the
/// last: the two sides of a transpose (a permute of channels and pixels, for one).
inline std::optional<int> transposed_axis(const CopyPlan& plan) {
  if (plan.inner_stride(1) != 1 || plan.inner_stride(0) == 1) return std::nullopt;
  for (int axis = 0; axis < plan.last(); ++axis)
    if (plan.stride[static_cast<size_t>(axis)][0] == 1) return axis;
  return std::nullopt;
}

/// A batch of matrices: element (row, column) is read at row + column x_column of the source and
/// written at row y_row + column of the destination.
struct TransposePlan {
  CopyPlan batch;
  int64_t rows, columns;
  int64_t x_column, y_row;  ///< strides

  TransposePlan(const CopyPlan& plan, int axis)
      : batch(plan),
        rows(plan.extent[static_cast<size_t>(axis)]),
        columns(plan.inner_extent()),
        x_column(plan.inner_stride(0)),
        y_row(plan.stride[static_cast<size_t>(axis)][1]) {
    batch.remove_axis(plan.last());
    batch.remove_axis(axis);
  }
};

}  // namespace graft
