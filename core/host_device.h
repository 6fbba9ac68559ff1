// Marks a function as callable from host and device code, where the compiler knows the difference.
#pragma once

#ifdef __CUDACC__
#define GRAFT_HD __host__ __device__
#else
#define GRAFT_HD
#endif
