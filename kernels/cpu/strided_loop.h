// Walks the operands of a LoopPlan in row-major order. Chunks depend on the shape alone.
#pragma once

#include <algorithm>
#include <array>

#include "graft/core/parallel.h"
#include "graft/kernels/cpu/element_grain.h"
#include "graft/kernels/loop_plan.h"

namespace graft::cpu {

/// Calls body(offsets, run) for the elements begin..end-1: `run` elements along the innermost axis
/// from the given offset of each operand.
template <size_t N, class Body>
void walk(const LoopPlan<N>& plan, int64_t begin, int64_t end, const Body& body) {
  if (begin >= end) return;
  std::array<int64_t, kMaxRank> at{};
  std::array<int64_t, N> offset{};
  const auto last = static_cast<size_t>(plan.last());
  for (size_t axis = last + 1, rest = static_cast<size_t>(begin); axis-- > 0;) {
    const auto extent = static_cast<size_t>(plan.extent[axis]);
    at[axis] = static_cast<int64_t>(rest % extent);
    rest /= extent;
    for (size_t i = 0; i < N; ++i) offset[i] += at[axis] * plan.stride[axis][i];
  }
  for (int64_t left = end - begin;;) {
    const int64_t run = std::min(left, plan.extent[last] - at[last]);
    body(offset, run);
    left -= run;
    if (left == 0) return;
    for (size_t i = 0; i < N; ++i) offset[i] -= at[last] * plan.stride[last][i];
    at[last] = 0;
    for (size_t axis = last; axis-- > 0;) {
      for (size_t i = 0; i < N; ++i) offset[i] += plan.stride[axis][i];
      if (++at[axis] < plan.extent[axis]) break;
      for (size_t i = 0; i < N; ++i) offset[i] -= plan.extent[axis] * plan.stride[axis][i];
      at[axis] = 0;
    }
  }
}

/// walk() over all elements, in chunks of `grain`.
template <size_t N, class Body>
void parallel_walk(const LoopPlan<N>& plan, int64_t grain, const Body& body) {
  parallel_ranges(plan.count, grain,
                  [&](int64_t begin, int64_t end) { walk(plan, begin, end, body); });
}

}  // namespace graft::cpu
