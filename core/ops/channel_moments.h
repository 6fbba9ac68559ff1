// Mean and variance of each channel, where one operation finds them for another.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// The mean and the biased variance [C] of a tensor [...,C], constants to autograd.
struct ChannelMoments {
  Tensor mean, variance;
};

}  // namespace graft
