// Stands where the Toolkit's header of this name stands: bfloat16 by its bits.
#pragma once

#include "graft/core/half.h"

struct __nv_bfloat16_raw {
  unsigned short x = 0;
};

struct __nv_bfloat16 {
  unsigned short x = 0;
  __nv_bfloat16() = default;
  __nv_bfloat16(const __nv_bfloat16_raw& raw) : x(raw.x) {}
  operator __nv_bfloat16_raw() const { return {x}; }
};

inline float __bfloat162float(__nv_bfloat16 value) {
  graft::bfloat16 bits;
  bits.bits = value.x;
  return static_cast<float>(bits);
}
inline __nv_bfloat16 __float2bfloat16_rn(float value) {
  return __nv_bfloat16_raw{graft::bfloat16(value).bits};
}
