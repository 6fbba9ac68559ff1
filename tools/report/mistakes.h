// The predictions a network is most wrong about.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/core/tensor.h"

namespace graft::report {

struct Mistake {
  int64_t sample;
  int64_t truth, predicted;
  double confidence;  ///< probability given to the wrong class
};

/// The `count` wrong predictions of highest confidence. logits [n, classes], labels i64 [n].
std::vector<Mistake> worst_mistakes(const Tensor& logits, const Tensor& labels, size_t count);

}  // namespace graft::report
