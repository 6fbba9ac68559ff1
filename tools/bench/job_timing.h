// Times the steps of a fine-tuning job, without data: pictures are random numbers.
#pragma once

#include <cstdint>

#include "graft/layers/network.h"
#include "graft/tools/bench/kernel_profile.h"

namespace graft::bench {

/// Medians, in seconds. A training step is forward + backward + update.
struct JobTimes {
  double evaluation = 0;
  double forward = 0, backward = 0, update = 0;
  size_t evaluation_peak = 0, step_peak = 0;  ///< bytes of tensors, weights included
  KernelProfile evaluation_kernels, step_kernels;
  int64_t profiled = 0;  ///< passes that each profile adds up

  double step() const { return forward + backward + update; }
};

/// Runs evaluation and, if a parameter wants a gradient, training steps (SGD with momentum) for at
/// least `seconds` each, and 5 times, where the network is. Only the backward pass that the
/// network's frozen parts leave is run. The network's weights change.
JobTimes time_job(layers::Network& network, int64_t batch, double seconds);

}  // namespace graft::bench
