// The plans in use, one for each case of a device, chosen once. Each thread has its own: cuDNN may
// not run one plan for two threads at a time.
#pragma once

#include <functional>

#include "graft/core/device.h"
#include "graft/kernels/cuda/dnn/plan.h"

namespace graft::cuda {

/// Runs a plan on the operands of the call, with workspace of its own.
using RunPlan = std::function<void(const Plan&)>;

/// The plan of a case, or null if cuDNN has no engine for it. The first one that cuDNN's heuristics
/// name; with GRAFT_CUDA_AUTOTUNE=1 and outside of a capture the fastest of the first eight, timed
/// on the operands of this call, which `run` overwrites. Valid until the thread ends.
const Plan* find_plan(Stream stream, const ConvolutionCase& of, const RunPlan& run);

}  // namespace graft::cuda
