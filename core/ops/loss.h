// Training criteria. `Mean` divides by the batch (cross entropy) or by all elements (mse).
#pragma once

#include "graft/core/tensor.h"

namespace graft {

enum class Reduction { Mean, Sum, None };

/// logits [N,C]; labels i64 [N] in 0..C-1 (Error(Argument) naming the first bad one). With
/// smoothing s the target is (1 - s) onehot + s / C (Szegedy et al. 2016). Softmax is inside; the
/// probabilities are kept for backward.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels, double smoothing = 0.0,
                     Reduction reduction = Reduction::Mean);

/// (prediction - target)^2, same shapes.
Tensor mse_loss(const Tensor& prediction, const Tensor& target,
                Reduction reduction = Reduction::Mean);

}  // namespace graft
