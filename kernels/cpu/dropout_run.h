// The inner loop of dropout, one compiled for each instruction set.
#pragma once

#include <cstdint>

#include "graft/core/random.h"
#include "graft/kernels/cpu/simd/level.h"

namespace graft::cpu {

struct DropoutRun {
  PhiloxKey key;
  uint64_t stream;
  uint32_t threshold;  ///< an element survives if the top 24 bits of its number are not below it
  double scale;
};

/// y[i] = x[i] scale or 0 for the elements begin..end-1; begin is a multiple of 4.
template <SimdLevel kLevel, class T>
void dropout_run(const DropoutRun& run, const T* x, T* y, int64_t begin, int64_t end);

}  // namespace graft::cpu
