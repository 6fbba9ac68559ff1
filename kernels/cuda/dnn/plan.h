// The choice of an engine for a convolution, ready to run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "graft/kernels/cuda/dnn/convolution_graph.h"

namespace graft::cuda {

struct Operand {
  OperandId id;
  void* data;
};
inline constexpr size_t kMostOperands = 5;  ///< each of OperandId once

/// One executable plan. For the thread alone that made it, and no longer than the handle it was
/// made with.
class Plan {
 public:
  /// Of a finalized execution plan.
  explicit Plan(Descriptor plan)
      : plan_(std::move(plan)),
        workspace_(static_cast<size_t>(plan_.get_int(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE))) {}

  size_t workspace_bytes() const { return workspace_; }
  /// Queues the work on the handle's stream. `workspace` holds workspace_bytes().
  void execute(cudnnHandle_t handle, std::span<const Operand> operands, void* workspace) const;
  /// cuDNN's own text of the plan, from which restore() makes it again.
  std::string to_json() const;

 private:
  Descriptor plan_;
  size_t workspace_;
};

/// Plans for a case whose engines repeat their bits, keep to the precision the case asks for, and
/// need at most `workspace_limit` bytes: up to `wanted`, best first by cuDNN's heuristics. Empty if
/// no engine takes the case, or cuDNN refuses to describe it.
std::vector<Plan> find_plans(cudnnHandle_t handle, const ConvolutionCase& of,
                             size_t workspace_limit, int wanted);

/// A plan from to_json(); nothing if this cuDNN or this GPU does not take it.
std::optional<Plan> restore_plan(cudnnHandle_t handle, const std::string& json);

}  // namespace graft::cuda
