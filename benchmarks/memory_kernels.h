// Times operations that compute little and move much, at sizes that no cache holds.
#pragma once

#include <functional>

#include "graft/benchmarks/op_timing.h"
#include "graft/benchmarks/timing.h"
#include "graft/core/dtype.h"

namespace graft::bench {

/// What they work on.
struct MemoryLoad {
  int64_t batch = 256;       ///< pictures: activations are [batch,56,56,256]
  DType dtype = DType::F32;  ///< of activations; parameters and their state are f32
};

/// Calls `report` for each operation. Its bytes are what the operation cannot do without: each
/// operand read once, each result written once, and once more what is needed again when all of it
/// has been read (batch norm's x after its statistics).
void time_memory_kernels(const MemoryLoad& load, const Repeat& how,
                         const std::function<void(const Timing&)>& report);

}  // namespace graft::bench
