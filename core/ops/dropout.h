// Dropout (Srivastava et al. 2014): an element survives, scaled by 1 / (1 - p), where its number in
// the key's random stream is >= p. Linear with a mask that is recomputed: nothing is kept.
#pragma once

#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft {

/// 0 <= p < 1.
Tensor dropout(const Tensor& x, double p, const RandomKey& key);

}  // namespace graft
