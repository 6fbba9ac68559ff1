// Picks the element type of a kernel that takes f32 and f64.
#pragma once

#include "graft/core/dtype.h"
#include "graft/core/error.h"

namespace graft::cpu {

/// body(T{}) with T = float or double; Error(DType) naming `kernel` for another type.
template <class Body>
void with_float(const char* kernel, DType dtype, const Body& body) {
  if (dtype == DType::F32) return body(float{});
  if (dtype == DType::F64) return body(double{});
  fail(ErrorKind::DType, kernel, ": needs f32 or f64, not ", dtype);
}

}  // namespace graft::cpu
