// Stands where the Toolkit's header of this name stands: float16 by its bits.
#pragma once

#include "graft/core/half.h"

struct __half_raw {
  unsigned short x = 0;
};

struct __half {
  unsigned short x = 0;
  __half() = default;
  __half(const __half_raw& raw) : x(raw.x) {}
  operator __half_raw() const { return {x}; }
};

inline float __half2float(__half value) {
  graft::float16 bits;
  bits.bits = value.x;
  return static_cast<float>(bits);
}
inline __half __float2half_rn(float value) { return __half_raw{graft::float16(value).bits}; }
