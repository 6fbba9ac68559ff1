// The inner loops of the elementwise kernels, one compiled for each instruction set.
#pragma once

#include <cstdint>

#include "graft/core/elementwise.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// y[i] = f(x[i * x_step]) for i in 0..count-1. y may be x.
template <class T>
using UnaryRun = void (*)(const T* x, int64_t x_step, T* y, int64_t count);

/// y[i] = f(a[i * a_step], b[i * b_step]); for a gradient f(a, b) = a f'(b). y may be a or b.
template <class T>
using BinaryRun = void (*)(const T* a, int64_t a_step, const T* b, int64_t b_step, T* y,
                           int64_t count);

/// The loop of a kind; T is float or, at the baseline level, double.
template <SimdLevel kLevel, class T>
UnaryRun<T> unary_run(UnaryKind kind);
template <SimdLevel kLevel, class T>
BinaryRun<T> unary_grad_run(UnaryKind kind);
template <SimdLevel kLevel, class T>
BinaryRun<T> unary_grad2_run(UnaryKind kind);
template <SimdLevel kLevel, class T>
BinaryRun<T> binary_run(BinaryKind kind);

}  // namespace graft::cpu
