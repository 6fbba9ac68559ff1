// How to walk a reduction of x into y.
#pragma once

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
    // Widest stride first; an axis that is only repeated belongs outside.
    const auto width_of = [&](int axis) {
      return x.strides[axis] == 0 ? std::numeric_limits<int64_t>::max() : x.strides[axis];
    };
    std::array<int, kMaxRank> order{};
    for (int axis = 0; axis < x.rank(); ++axis) {  // std::stable_sort would allocate
      auto place = static_cast<size_t>(axis);
      for (; place > 0 && width_of(order[place - 1]) < width_of(axis); --place)
        order[place] = order[place - 1];
      order[place] = axis;
    }
    bool inner_kept = false;
    for (int k = 0; k < x.rank(); ++k) {
      const int axis = order[static_cast<size_t>(k)];
      if (x.dim(axis) == 1) continue;
      inner_kept = y.dim(axis) != 1;
      if (inner_kept)
        kept.append(x.dim(axis), {x.strides[axis], y.strides[axis]});
      else
        reduced.append(x.dim(axis), {x.strides[axis]});
    }
    if (inner_kept) {
      columns = kept.inner_extent();
      x_column = kept.inner_stride(0);
      y_column = kept.inner_stride(1);
      kept.remove_axis(kept.last());
    }
  }
};

}  // namespace graft
