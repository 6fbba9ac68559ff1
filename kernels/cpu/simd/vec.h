// Vectors of the level this file is compiled for, in the compiler's own vector type: +, -, *, /,
// comparisons and ?: work elementwise, and a * b + c becomes a fused multiply-add where there is
// one. Only *_simd.cpp files include this header.
//
// What is compiled for AVX-512 must not run on a machine without it, yet the linker keeps one copy
// of an inline function and may take ours. So a *_simd.cpp file
//   - defines nothing but specialisations for kSimd and things in an unnamed namespace;
//   - includes plain structs and functors (kernels/functors.h), but no Tensor, View, Shape, error
//     or thread pool, and no standard container: the caller hands in pointers and numbers.
// The test simd_symbols reads the object files and fails if a weak symbol is left.
#pragma once

#ifndef GRAFT_SIMD_LEVEL
#error "vec.h is for the *_simd.cpp files that kernels/CMakeLists.txt compiles per level"
#endif

#include <cstdint>
#if GRAFT_SIMD_LEVEL > 0
#include <immintrin.h>
#endif

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {
namespace {  // internal on purpose, although this is a header: every level has its own copy

constexpr SimdLevel kSimd = static_cast<SimdLevel>(GRAFT_SIMD_LEVEL);
constexpr int kVectorBytes = kSimd == SimdLevel::Avx512 ? 64 : kSimd == SimdLevel::Avx2 ? 32 : 16;

template <class T>
struct VecOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vec = typename VecOf<T>::type;
/// Elements of a vector.
template <class T>
constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

/// From and to memory of any alignment.
template <class T>
[[gnu::always_inline]] inline Vec<T> load(const T* from) {
  Vec<T> v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
template <class T>
[[gnu::always_inline]] inline void store(T* to, Vec<T> v) {
  __builtin_memcpy(to, &v, sizeof v);
}

/// v, in a register. GCC reads a vector that several instructions use from memory again for each,
/// where a loop may already wait for its loads.
template <class V>
[[gnu::always_inline]] inline V kept(V v) {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
  return v;
}

/// The same number in every lane.
template <class T>
[[gnu::always_inline]] inline Vec<T> splat(T value) {
  return value - Vec<T>{};  // not +: that would turn -0 into +0
}

/// Elementwise the larger and the smaller of both; where one is NaN, and between zeros, it is v.
template <class T>
[[gnu::always_inline]] inline Vec<T> at_least(Vec<T> limit, Vec<T> v) {
#if GRAFT_SIMD_LEVEL == 2  // one instruction instead of two
  if constexpr (sizeof(T) == 4)
    return Vec<T>(_mm512_maskz_max_ps(0xffff, limit, v));
  else
    return Vec<T>(_mm512_maskz_max_pd(0xff, limit, v));
#else
  return v < limit ? limit : v;
#endif
}
template <class T>
[[gnu::always_inline]] inline Vec<T> at_most(Vec<T> limit, Vec<T> v) {
#if GRAFT_SIMD_LEVEL == 2
  if constexpr (sizeof(T) == 4)
    return Vec<T>(_mm512_maskz_min_ps(0xffff, limit, v));
  else
    return Vec<T>(_mm512_maskz_min_pd(0xff, limit, v));
#else
  return v > limit ? limit : v;
#endif
}

/// The first `count` elements (at most kLanes); the other lanes are 0, their memory untouched.
/// Integers can be stored too.
template <class T>
[[gnu::always_inline]] inline Vec<T> load_first(const T* from, int count) {
#if GRAFT_SIMD_LEVEL == 2
  if constexpr (sizeof(T) == 4)
    return Vec<T>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from));
  else
    return Vec<T>(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from));
#else
  Vec<T> v{};
  for (int lane = 0; lane < kLanes<T>; ++lane)
    if (lane < count) v[lane] = from[lane];
  return v;
#endif
}
template <class T>
[[gnu::always_inline]] inline void store_first(T* to, Vec<T> v, int count) {
#if GRAFT_SIMD_LEVEL == 2
  if constexpr (sizeof(T) == 4)
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1),
                          reinterpret_cast<__m512>(v));
  else
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1),
                          reinterpret_cast<__m512d>(v));
#else
  for (int lane = 0; lane < kLanes<T>; ++lane)
    if (lane < count) to[lane] = v[lane];
#endif
}

/// Integers as wide as T, and as many as a vector has lanes.
template <class T>
using LaneIndex = decltype(Vec<T>{} > Vec<T>{});

/// v[at[lane]] in each lane, at modulo the number of lanes.
template <class T>
[[gnu::always_inline]] inline Vec<T> permuted(Vec<T> v, LaneIndex<T> at) {
#if GRAFT_SIMD_LEVEL == 2
  if constexpr (sizeof(T) == 4)
    return Vec<T>(_mm512_maskz_permutexvar_ps(0xffff, __m512i(at), __m512(v)));
  else
    return Vec<T>(_mm512_maskz_permutexvar_pd(0xff, __m512i(at), __m512d(v)));
#elif GRAFT_SIMD_LEVEL == 1
  if constexpr (sizeof(T) == 4) return Vec<T>(_mm256_permutevar8x32_ps(__m256(v), __m256i(at)));
#endif
  Vec<T> to;
  for (int lane = 0; lane < kLanes<T>; ++lane) to[lane] = v[at[lane] & (kLanes<T> - 1)];
  return to;
}

/// The same of two vectors side by side, at modulo the number of their lanes.
template <class T>
[[gnu::always_inline]] inline Vec<T> permuted(Vec<T> low, Vec<T> high, LaneIndex<T> at) {
#if GRAFT_SIMD_LEVEL == 2
  if constexpr (sizeof(T) == 4)
    return Vec<T>(_mm512_permutex2var_ps(__m512(low), __m512i(at), __m512(high)));
#endif
  return (at & kLanes<T>) == 0 ? permuted<T>(low, at) : permuted<T>(high, at);
}

}  // namespace
}  // namespace graft::cpu
