// Which vector instructions the kernels use: one source, compiled per level, chosen at run time.
//
// A vector kernel is a function template over the level, in two files:
//   relu.h         template <SimdLevel kLevel> void relu_run(const float* x, float* y, int64_t n);
//   relu_simd.cpp  #include "graft/kernels/cpu/simd/vec.h"
//                  template <> void relu_run<kSimd>(const float* x, ...) { ... Vec<float> ... }
// kernels/CMakeLists.txt lists relu_simd.cpp under simd_sources, which compiles it once a level.
// Plain code checks operands, takes workspace, goes parallel, and calls
//   with_simd([&]<SimdLevel kLevel>() { relu_run<kLevel>(x, y, n); });
// vec.h says what a *_simd.cpp may include, and why.
#pragma once

#include <cstdint>
#include <type_traits>

namespace graft::cpu {

enum class SimdLevel : uint8_t {
  Baseline,  ///< what every machine of the architecture has: SSE2, NEON
  Avx2,      ///< AVX2 and FMA
  Avx512,    ///< AVX-512 F, VL, BW, DQ
};

inline constexpr int kSimdLevels = static_cast<int>(SimdLevel::Avx512) + 1;

/// The level in use: the best the machine has, or a lower one if the environment variable
/// GRAFT_SIMD (baseline, avx2, avx512) asks for it. Error(Argument) for any other word.
SimdLevel simd_level();

/// Chooses a level for this process (tests, benchmarks), at most the machine's best; returns the
/// one now in use. Not while kernels run.
SimdLevel set_simd_level(SimdLevel wanted);

/// Whether the level in use is AVX-512 and the machine has AVX-512 BF16 beside it.
bool multiplies_bf16();

/// "baseline", "avx2" or "avx512".
const char* to_string(SimdLevel level) noexcept;

/// Calls body.operator()<level>() with the level in use.
template <class Body>
decltype(auto) with_simd(const Body& body) {
#if defined(__x86_64__)
  switch (simd_level()) {
    case SimdLevel::Avx512:
      return body.template operator()<SimdLevel::Avx512>();
    case SimdLevel::Avx2:
      return body.template operator()<SimdLevel::Avx2>();
    case SimdLevel::Baseline:
      break;
  }
#endif
  return body.template operator()<SimdLevel::Baseline>();
}

/// The same for kernels that exist for f64, which is for checking, at the baseline level alone.
template <class T, class Body>
decltype(auto) with_simd_for(const Body& body) {
  if constexpr (std::is_same_v<T, double>)
    return body.template operator()<SimdLevel::Baseline>();
  else
    return with_simd(body);
}

}  // namespace graft::cpu
