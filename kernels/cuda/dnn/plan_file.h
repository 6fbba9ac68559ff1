// Plans that GRAFT_CUDA_AUTOTUNE=1 chose, on disk, so that another process need not time them
// again.
//
// One file a case in the folder that GRAFT_CUDA_PLANS names; without it nothing is read or written.
// A file of another cuDNN, another GPU or another case is passed over.
#pragma once

#include <optional>
#include <string>

#include "graft/kernels/cuda/dnn/plan.h"

namespace graft::cuda {

std::optional<Plan> read_plan(cudnnHandle_t handle, const ConvolutionCase& of);
/// What cannot be written is left out: the plan in memory serves.
void write_plan(const ConvolutionCase& of, const Plan& plan) noexcept;

/// One line that names the case, the GPU and the version of cuDNN.
std::string plan_key(const ConvolutionCase& of);

}  // namespace graft::cuda
