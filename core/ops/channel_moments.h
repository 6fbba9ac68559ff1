// Mean and variance of each channel, where one operation finds them for another.
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// Of a tensor [...,C]: mean and biased variance [C], constants to autograd.
struct ChannelMoments {
  Tensor mean, variance;
};

}  // namespace graft
