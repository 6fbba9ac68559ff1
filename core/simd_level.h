// Which vector instructions this process uses, where a loop is compiled for several.
#pragma once

#include <cstdint>

namespace graft {

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
/// one now in use. Not while kernels run or pictures are read.
SimdLevel set_simd_level(SimdLevel wanted);

/// Whether the level in use is AVX-512 and the machine has AVX-512 BF16 beside it.
bool multiplies_bf16();

/// Whether it is and the machine has VBMI, VNNI and BMI2 beside it.
bool multiplies_bytes();

/// "baseline", "avx2" or "avx512".
const char* to_string(SimdLevel level) noexcept;

}  // namespace graft
