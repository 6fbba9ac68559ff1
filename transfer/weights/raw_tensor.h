// The bytes of a contiguous CPU tensor, as weight files hold them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "graft/core/tensor.h"

namespace graft::transfer {

inline std::span<std::byte> raw_bytes(Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.raw_data()), tensor.bytes()};
}

inline std::span<const std::byte> raw_bytes(const Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.raw_data()), tensor.bytes()};
}

/// Error(Data) if the bytes are no values of the tensor's type: a bool must be 0 or 1 before any
/// code may look at it.
inline void check_raw_values(const Tensor& tensor, std::string_view what, std::string_view name) {
  if (tensor.dtype() != DType::Bool) return;
  const auto bytes = raw_bytes(tensor);
  check(std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; }),
        ErrorKind::Data, what, ": ", name, ": a boolean is neither 0 nor 1");
}

}  // namespace graft::transfer
