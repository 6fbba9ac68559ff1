#include "graft/layers/dropout.h"

#include "graft/core/ops/dropout.h"
#include "graft/core/text.h"

namespace graft::layers {

Dropout::Dropout(double p) : p_(p) {
  check(p >= 0.0 && p < 1.0, ErrorKind::Argument, "Dropout: p = ", p, " is not in [0, 1)");
}

void Dropout::begin_step(const RandomKey& key) { key_ = key; }

Tensor Dropout::forward(const Tensor& x) {
  if (!is_training() || p_ == 0.0) return x;
  const Tensor y = dropout(x, p_, key_);
  key_.sample = fnv1a("again", key_.sample);  // a second pass in the same step: other numbers
  return y;
}

}  // namespace graft::layers
