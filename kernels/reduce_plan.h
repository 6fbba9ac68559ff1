// How to walk a reduction of x into y.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "graft/core/view.h"
#include "graft/kernels/loop_plan.h"

namespace graft {

/// The axes sorted into kept ones (operands x, y) and reduced ones (x). Where x is densest along a
/// kept axis that axis becomes the columns of rows to be added, else there is one column.
struct ReducePlan {
  LoopPlan<2> kept;
  LoopPlan<1> reduced;
  int64_t columns = 1, x_column = 0, y_column = 0;

  ReducePlan(const ConstView& x, const View& y) {
    std::array<int, kMaxRank> order{};
    for (int axis = 0; axis < x.rank(); ++axis) order[static_cast<size_t>(axis)] = axis;
    // Widest stride first; an axis that is only repeated belongs outside.
    std::stable_sort(order.begin(), order.begin() + x.rank(), [&](int a, int b) {
      const auto rank_of = [&](int axis) {
        return x.strides[axis] == 0 ? std::numeric_limits<int64_t>::max() : x.strides[axis];
      };
      return rank_of(a) > rank_of(b);
    });
    Shape kept_shape, kept_x, kept_y, reduced_shape, reduced_x;
    bool inner_kept = false;
    for (int k = 0; k < x.rank(); ++k) {
      const int axis = order[static_cast<size_t>(k)];
      if (x.dim(axis) == 1) continue;
      inner_kept = y.dim(axis) != 1;
      if (inner_kept) {
        kept_shape.push_back(x.dim(axis));
        kept_x.push_back(x.strides[axis]);
        kept_y.push_back(y.strides[axis]);
      } else {
        reduced_shape.push_back(x.dim(axis));
        reduced_x.push_back(x.strides[axis]);
      }
    }
    kept = plan_loop<2>(kept_shape, {kept_x, kept_y});
    reduced = plan_loop<1>(reduced_shape, {reduced_x});
    if (inner_kept) {
      columns = kept.inner_extent();
      x_column = kept.inner_stride(0);
      y_column = kept.inner_stride(1);
      kept.remove_axis(kept.last());
    }
  }
};

}  // namespace graft
