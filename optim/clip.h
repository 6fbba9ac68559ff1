// Clipping gradients by their common norm (Pascanu, Mikolov and Bengio 2013).
#pragma once

#include <vector>

#include "graft/core/named_tensor.h"

namespace graft::optim {

/// L2 norm of all gradients together, summed in f64 in the order given, independent of the number
/// of threads. Parameters without gradient count nothing. Error(NotFinite) naming the first
/// parameter whose gradient holds NaN or infinity.
double grad_norm(const std::vector<NamedTensor>& parameters);

/// Whether no gradient holds NaN or infinity, as far as its sum of squares in f64 tells.
bool gradients_finite(const std::vector<NamedTensor>& parameters);

/// Scales all gradients by max_norm / (norm + 1e-6) where that is below 1, as PyTorch does, and
/// returns the norm before. Errors as grad_norm(); Error(Argument) unless max_norm > 0.
double clip_grad_norm(const std::vector<NamedTensor>& parameters, double max_norm);

}  // namespace graft::optim
