// Between tensors and the plain values that tests compare.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "graft/core/ops/cast.h"
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

/// Equal types, shapes and elements to the bit, whatever the strides: 0 is not -0, and a NaN equals
/// itself.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = contiguous(a.detach()), y = contiguous(b.detach());
  return x.dtype() == y.dtype() && x.shape() == y.shape() &&
         std::memcmp(x.raw_data(), y.raw_data(), x.bytes()) == 0;
}

}  // namespace graft::testing
