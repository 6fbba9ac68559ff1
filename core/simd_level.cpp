#include "graft/core/simd_level.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>

#include "graft/core/error.h"

namespace graft {
namespace {

SimdLevel machine_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return SimdLevel::Avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return SimdLevel::Avx2;
#endif
  return SimdLevel::Baseline;
}

SimdLevel initial_level() {
  const char* const value = std::getenv("GRAFT_SIMD");
  if (!value || !*value) return machine_level();
  for (const SimdLevel level : {SimdLevel::Baseline, SimdLevel::Avx2, SimdLevel::Avx512})
    if (std::string_view(value) == to_string(level)) return std::min(level, machine_level());
  fail(ErrorKind::Argument, "GRAFT_SIMD: unknown level '", value,
       "': expected baseline, avx2 or avx512");
}

std::atomic<SimdLevel>& current() {
  static std::atomic<SimdLevel> level{initial_level()};
  return level;
}

}  // namespace

SimdLevel simd_level() { return current().load(std::memory_order_relaxed); }

SimdLevel set_simd_level(SimdLevel wanted) {
  current() = std::min(wanted, machine_level());
  return simd_level();
}

bool multiplies_bf16() {
#if defined(__x86_64__)
  static const bool machine = __builtin_cpu_supports("avx512bf16") != 0;
  return machine && simd_level() == SimdLevel::Avx512;
#else
  return false;
#endif
}

bool multiplies_bytes() {
#if defined(__x86_64__)
  static const bool machine = __builtin_cpu_supports("avx512vbmi") != 0 &&
                              __builtin_cpu_supports("avx512vnni") != 0 &&
                              __builtin_cpu_supports("bmi2") != 0;
  return machine && simd_level() == SimdLevel::Avx512;
#else
  return false;
#endif
}

const char* to_string(SimdLevel level) noexcept {
  switch (level) {
    case SimdLevel::Avx512:
      return "avx512";
    case SimdLevel::Avx2:
      return "avx2";
    case SimdLevel::Baseline:
      break;
  }
  return "baseline";
}

}  // namespace graft
