// Running a recorded graph backward.
#pragma once

#include <vector>

#include "graft/core/tensor.h"

namespace graft {

struct BackwardOptions {
  bool retain_graph = false;  ///< keep what was saved, so that the graph can be run again
  bool create_graph = false;  ///< record the gradients' own graph (implies retain_graph)
};

/// Adds to the gradient of every leaf that wants one the derivative of <output, cotangent>. Without
/// cotangent the output must have one element, and 1 is used. Error(Autograd) if nothing under
/// `output` wants a gradient. The graph is freed as it runs.
void backward(const Tensor& output, const Tensor& cotangent = {}, BackwardOptions options = {});

/// The derivatives of <output, cotangent> towards `wrt` (leaves or computed tensors), without
/// touching any leaf's gradient. An entry is undefined where `output` does not depend on it.
std::vector<Tensor> gradients(const Tensor& output, const std::vector<Tensor>& wrt,
                              const Tensor& cotangent = {}, BackwardOptions options = {});

}  // namespace graft
