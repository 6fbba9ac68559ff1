// Between tensors and the plain values that tests compare.
#pragma once

#include <string>
#include <vector>

#include "graft/core/ops/shape_ops.h"
#include "support/formula.h"

namespace graft::testing {

/// The values of the formula named `name` (tests/golden/README.md), in row-major order.
inline Tensor formula_tensor(const std::string& name, const Shape& shape,
                             DType dtype = DType::F32) {
  return cast(Tensor::from(formula_units(name, shape.numel()), shape), dtype);
}

/// The elements of an f32 tensor in row-major order, whatever its strides.
inline std::vector<float> values_of(const Tensor& t) {
  const Tensor dense = contiguous(t.detach());
  return {dense.values<float>().begin(), dense.values<float>().end()};
}

}  // namespace graft::testing
