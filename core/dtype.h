// Element types, as run-time tags, and the C++ types that hold them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>

#include "graft/core/half.h"

namespace graft {

/// f32 is the working type; f64 exists on every op so that gradients can be checked sharply;
/// bf16 and f16 are storage types (kernels widen them to f32).
enum class DType : uint8_t { F32, F64, BF16, F16, I64, I32, U8, Bool };

/// Bytes of one element.
constexpr size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::F64:
    case DType::I64:
      return 8;
    case DType::F32:
    case DType::I32:
      return 4;
    case DType::BF16:
    case DType::F16:
      return 2;
    case DType::U8:
    case DType::Bool:
      return 1;
  }
  return 0;
}

constexpr bool is_floating(DType dtype) {
  return dtype == DType::F32 || dtype == DType::F64 || dtype == DType::BF16 || dtype == DType::F16;
}

/// "f32", "f64", "bf16", "f16", "i64", "i32", "u8", "bool".
const char* to_string(DType dtype) noexcept;
std::ostream& operator<<(std::ostream& out, DType dtype);

/// The tag of a C++ type: dtype_of<float>() == DType::F32.
template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::F32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::F64;
}
template <>
constexpr DType dtype_of<bfloat16>() {
  return DType::BF16;
}
template <>
constexpr DType dtype_of<float16>() {
  return DType::F16;
}
template <>
constexpr DType dtype_of<int64_t>() {
  return DType::I64;
}
template <>
constexpr DType dtype_of<int32_t>() {
  return DType::I32;
}
template <>
constexpr DType dtype_of<uint8_t>() {
  return DType::U8;
}
template <>
constexpr DType dtype_of<bool>() {
  return DType::Bool;
}

}  // namespace graft
