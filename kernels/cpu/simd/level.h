// Vector kernels: one source, compiled for each level of core/simd_level.h, chosen at run time.
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

#include <type_traits>

#include "graft/core/simd_level.h"

namespace graft::cpu {

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
