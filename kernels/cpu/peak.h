// The multiply-add rate of registers alone: the ceiling that a product is measured against.
#pragma once

#include <cstdint>

#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

/// Runs `rounds` of independent chains of multiply-adds and returns the operations done, two for
/// each f32 multiply-add. For benchmarks: time it, on as many threads as the product has.
template <SimdLevel kLevel>
int64_t run_multiply_adds(int64_t rounds);

}  // namespace graft::cpu
