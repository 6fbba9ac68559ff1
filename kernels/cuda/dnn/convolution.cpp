#include "graft/kernels/cuda/dnn/convolution.h"

#include <algorithm>
#include <array>

#include "graft/kernels/cuda/dnn/handle.h"
#include "graft/kernels/cuda/dnn/plan_cache.h"
#include "graft/kernels/cuda/library_operand.h"

namespace graft::cuda {

bool dnn_convolution(const KernelCtx& ctx, const ConvolutionCase& of, const void* x, const void* w,
                     const void* bias, const void* residual, const void* y) {
  std::array<Operand, kMostOperands> all;
  size_t count = 0;
  const auto add = [&](OperandId id, const void* data) {
    if (data) all[count++] = {id, const_cast<void*>(data)};
  };
  add(kX, x), add(kW, w), add(kY, y), add(kBias, bias), add(kResidual, residual);
  const std::span<const Operand> operands = std::span(all).first(count);
  const auto aligned = [](const Operand& operand) { return library_aligned(operand.data); };
  if (!std::all_of(operands.begin(), operands.end(), aligned)) return false;
  const auto run = [&](const Plan& plan) {
    Workspace workspace = ctx.workspace.nested();
    plan.execute(dnn_handle(ctx.stream), operands, workspace.take(plan.workspace_bytes()));
  };
  const Plan* const plan = find_plan(ctx.stream, of, run);
  if (!plan) return false;
  run(*plan);
  return true;
}

}  // namespace graft::cuda
