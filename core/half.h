// The two 16-bit float formats as storage types: convert to f32, compute, convert back.
//
// bfloat16 is the upper half of an IEEE 754 binary32; float16 is IEEE 754 binary16.
// Both conversions from f32 round to nearest, ties to even, and keep NaN a NaN.
#pragma once

#include <bit>
#include <cstdint>

#include "graft/core/host_device.h"

namespace graft {

struct bfloat16 {
  uint16_t bits = 0;

  bfloat16() = default;
  GRAFT_HD explicit bfloat16(float value) {
    const uint32_t u = std::bit_cast<uint32_t>(value);
    const bool nan = (u & 0x7fffffffu) > 0x7f800000u;
    bits = static_cast<uint16_t>(nan ? (u >> 16) | 0x40u : (u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
  }
  GRAFT_HD explicit operator float() const { return std::bit_cast<float>(uint32_t{bits} << 16); }
};

struct float16 {
  uint16_t bits = 0;

  float16() = default;
  GRAFT_HD explicit float16(float value) {
    const uint32_t u = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (u >> 16) & 0x8000u;
    const uint32_t magnitude = u & 0x7fffffffu;
    uint32_t half = 0;
    if (magnitude > 0x7f800000u) {  // NaN
      half = 0x7e00u;
    } else if (magnitude >= 0x477ff000u) {  // rounds to infinity
      half = 0x7c00u;
    } else if (magnitude >= 0x38800000u) {  // normal
      half = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
    } else {  // subnormal: adding 0.5 aligns the mantissa at 2^-24, the hardware rounds
      const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
      half = std::bit_cast<uint32_t>(aligned) - 0x3f000000u;
    }
    bits = static_cast<uint16_t>(sign | half);
  }
  GRAFT_HD explicit operator float() const {
    const uint32_t sign = (uint32_t{bits} & 0x8000u) << 16;
    const uint32_t exponent = (bits >> 10) & 0x1fu;
    const uint32_t mantissa = bits & 0x3ffu;
    if (exponent == 0x1fu) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
    if (exponent != 0)
      return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
    const float subnormal = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -subnormal : subnormal;
  }
};

}  // namespace graft
