// The autograd record of a tensor that takes part in a graph.
#pragma once

#include <cstdint>
#include <memory>

#include "graft/core/tensor.h"

namespace graft {

class Node;

struct AutogradMeta {
  std::shared_ptr<Node> producer;  ///< null for a leaf
  uint16_t output = 0;             ///< which result of the producer this tensor is
  bool leaf_requires_grad = false;
  Tensor grad;

  bool wants_grad() const { return producer != nullptr || leaf_requires_grad; }
};

}  // namespace graft
