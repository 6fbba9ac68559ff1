#include "graft/core/half.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace graft {
namespace {

template <class Half>
Half from_bits(uint32_t bits) {
  Half h;
  h.bits = static_cast<uint16_t>(bits);
  return h;
}

template <class Half>
int round_trip_failures() {
  int failures = 0;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float wide = static_cast<float>(from_bits<Half>(bits));
    const Half back(wide);
    const bool same = std::isnan(wide) ? std::isnan(static_cast<float>(back)) : back.bits == bits;
    failures += !same;
  }
  return failures;
}

// Between each pair of neighbours: below, at and above the middle.
template <class Half>
int rounding_failures(uint32_t largest) {
  int failures = 0;
  for (uint32_t bits = 0; bits < largest; ++bits) {
    const float low = static_cast<float>(from_bits<Half>(bits));
    const float high = static_cast<float>(from_bits<Half>(bits + 1));
    const float middle = low + (high - low) / 2;
    const uint32_t even = bits % 2 == 0 ? bits : bits + 1;
    failures += Half(middle).bits != even;
    failures += Half(std::nextafter(middle, low)).bits != bits;
    failures += Half(std::nextafter(middle, high)).bits != bits + 1;
    failures += Half(-middle).bits != (even | 0x8000u);
  }
  return failures;
}

}  // namespace

TEST_CASE("half: all 65536 values survive the way to f32 and back") {
  CHECK(round_trip_failures<float16>() == 0);
  CHECK(round_trip_failures<bfloat16>() == 0);
}

TEST_CASE("half: f32 rounds to the nearest, ties to even") {
  CHECK(rounding_failures<float16>(0x7bffu) == 0);
  CHECK(rounding_failures<bfloat16>(0x7f7fu) == 0);
}

TEST_CASE("half: overflow, infinity and NaN") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  CHECK(float16(65519.99f).bits == 0x7bff);
  CHECK(float16(65520.0f).bits == 0x7c00);
  CHECK(float16(-kInf).bits == 0xfc00);
  CHECK(float16(0x1p-25f).bits == 0);  // half of the smallest: to even
  CHECK(float16(std::nextafter(0x1p-25f, 1.0f)).bits == 1);
  CHECK(bfloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(bfloat16(kInf).bits == 0x7f80);
  CHECK(std::isnan(static_cast<float>(bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(static_cast<float>(float16(std::numeric_limits<float>::signaling_NaN()))));
}

}  // namespace graft
