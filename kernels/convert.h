// Conversion of one element. To bool: not zero. From a fraction to an integer: towards zero, at the
// nearest bound if out of range, NaN to 0. Between integers: modulo the width.
#pragma once

#include <limits>
#include <type_traits>

#include "graft/core/half.h"
#include "graft/core/host_device.h"

namespace graft {

template <class T>
inline constexpr bool is_half = std::is_same_v<T, bfloat16> || std::is_same_v<T, float16>;

template <class To, class From>
GRAFT_HD To convert(From value) {
  if constexpr (is_half<From>) {
    return convert<To>(static_cast<float>(value));
  } else if constexpr (is_half<To>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    using Limits = std::numeric_limits<To>;
    const double wide = static_cast<double>(value);
    if (wide != wide) return 0;
    if (wide <= static_cast<double>(Limits::lowest())) return Limits::lowest();
    if (wide >= static_cast<double>(Limits::max())) return Limits::max();
    return static_cast<To>(wide);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace graft
