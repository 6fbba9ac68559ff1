// Parameters of the in-place optimizer kernels.
#pragma once

#include <cstdint>

namespace graft {

/// g += weight_decay w;  v = first ? g : momentum v + (1 - dampening) g;  w -= lr (nesterov ? g +
/// momentum v : v)
struct SgdStep {
  double lr = 0, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;
  bool first = false;  ///< the momentum buffer holds nothing yet
};

/// Adam (Kingma and Ba 2015); `decoupled`: weight decay of AdamW (Loshchilov and Hutter 2019).
struct AdamStep {
  double lr = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  bool decoupled = true;
  int64_t step = 1;  ///< counts from 1, for the bias corrections
};

}  // namespace graft
