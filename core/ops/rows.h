// Rows of a table by their numbers; differentiable.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Rows `rows` (i64 [n]) of x along the first axis.
Tensor gather_rows(const Tensor& x, const Tensor& rows);
/// The transpose of gather_rows: `count` rows of zeros, with x's row i added to row rows[i].
Tensor scatter_rows(const Tensor& x, const Tensor& rows, int64_t count);

}  // namespace graft
