// Reductions over axes. f32 or f64; `axes` empty means all. Sums run in a fixed order, so that
// results do not depend on the number of threads.
#pragma once

#include <vector>

#include "graft/core/tensor.h"

namespace graft {

/// Sum over `axes`, which become 1 (keep_axes) or disappear.
Tensor sum(const Tensor& x, const std::vector<int>& axes = {}, bool keep_axes = false);
Tensor mean(const Tensor& x, const std::vector<int>& axes = {}, bool keep_axes = false);
/// Largest element; at a tie every maximum gets an equal part of the gradient. NaN if one is there.
Tensor max(const Tensor& x, const std::vector<int>& axes = {}, bool keep_axes = false);
/// i64 index of the first largest element along the last axis. No gradient.
Tensor argmax(const Tensor& x);
/// Sums a broadcast result back to `shape`; the inverse of broadcasting for gradients.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// A view of `x` repeated to `shape` by NumPy's rule.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

}  // namespace graft
