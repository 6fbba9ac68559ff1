// Changing the geometry of a tensor. Views share the storage; all are differentiable.
#pragma once

#include <vector>

#include "graft/core/tensor.h"

namespace graft {

/// Same elements in row-major order, other extents (one may be -1). A view where `x` is contiguous,
/// else a copy.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Axes from..to (inclusive, -1 = last) merged into one.
Tensor flatten(const Tensor& x, int from = 0, int to = -1);
/// A view with axes in the given order.
Tensor permute(const Tensor& x, const std::vector<int>& order);
/// A view with two axes exchanged.
Tensor transpose(const Tensor& x, int a, int b);
/// A view of begin..end-1 along `axis`, every `step`-th.
Tensor slice(const Tensor& x, int axis, int64_t begin, int64_t end, int64_t step = 1);
/// `x` itself if contiguous, else a copy.
Tensor contiguous(const Tensor& x);
/// Tensors of equal extents but for `axis`, one after the other.
Tensor cat(const std::vector<Tensor>& parts, int axis);
/// `before` and `after` elements of `value` added along each axis.
Tensor pad(const Tensor& x, const std::vector<int64_t>& before, const std::vector<int64_t>& after,
           double value = 0.0);

}  // namespace graft
