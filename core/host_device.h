// Marks a function as callable from host and device code, where the compiler knows the difference.
#pragma once

#ifdef __CUDACC__
#define GRAFT_HD __host__ __device__
#elif defined(GRAFT_SIMD_LEVEL)  // no copy of its own: kernels/cpu/simd/vec.h says why
#define GRAFT_HD [[gnu::always_inline]]
#else
#define GRAFT_HD
#endif
