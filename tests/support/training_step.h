// A training step small enough to be run once for each of its allocations.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "graft/layers/sequential.h"
#include "graft/optim/optimizer.h"

namespace graft::testing {

/// Convolution, batch norm, pooling, dense layer, cross entropy and AdamW in two groups; the same
/// numbers in each object.
class TrainingStep {
 public:
  /// With `warm` one step is taken: the optimizer has its state.
  TrainingStep(Device device, bool warm);

  void run();

  /// One tensor's numbers, or those of its moments.
  using Values = std::vector<float>;
  /// Of each parameter: its own, then its moments' if it has been stepped.
  std::vector<Values> state() const;

 private:
  std::unique_ptr<layers::Sequential> network_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  Tensor images_, labels_;
};

/// Takes steps on `device` of which allocation 0, 1, 2, ... fails, until one needs no more. Each
/// time: Error(OutOfMemory) that names the operation; every parameter and its moments as before or
/// as after the step; the next step passes; all memory comes back.
void check_every_allocation(Device device);

}  // namespace graft::testing
