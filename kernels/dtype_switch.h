// From a run-time element type to a compile-time one: the kernels' only switches over DType.
#pragma once

#include "graft/core/dtype.h"
#include "graft/core/error.h"

namespace graft {

/// Calls body(T()) with T = float or double; Error(DType) naming `kernel` for another type.
template <class Body>
void with_float(const char* kernel, DType dtype, const Body& body) {
  if (dtype == DType::F32) return body(float());
  if (dtype == DType::F64) return body(double());
  fail(ErrorKind::DType, kernel, ": needs f32 or f64, not ", dtype);
}

/// Calls body(T()) with T = float, double, bfloat16 or float16; Error(DType) naming `kernel` for
/// another type.
template <class Body>
void with_floating(const char* kernel, DType dtype, const Body& body) {
  if (dtype == DType::BF16) return body(bfloat16());
  if (dtype == DType::F16) return body(float16());
  if (dtype == DType::F32) return body(float());
  if (dtype == DType::F64) return body(double());
  fail(ErrorKind::DType, kernel, ": needs f32, f64, bf16 or f16, not ", dtype);
}

/// Calls body(T()) for the C++ type T of `dtype`, any of the eight.
template <class Body>
void with_dtype(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::F32:
      return body(float());
    case DType::F64:
      return body(double());
    case DType::BF16:
      return body(bfloat16());
    case DType::F16:
      return body(float16());
    case DType::I64:
      return body(int64_t());
    case DType::I32:
      return body(int32_t());
    case DType::U8:
      return body(uint8_t());
    case DType::Bool:
      return body(bool());
  }
}

/// Calls body(T()) for an unsigned type as wide as an element: enough to move it.
template <class Body>
void with_width(DType dtype, const Body& body) {
  switch (size_of(dtype)) {
    case 8:
      return body(uint64_t());
    case 4:
      return body(uint32_t());
    case 2:
      return body(uint16_t());
    default:
      return body(uint8_t());
  }
}

}  // namespace graft
