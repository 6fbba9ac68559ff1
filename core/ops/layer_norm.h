// Layer normalisation over the last axis (Ba, Kiros and Hinton 2016).
#pragma once

#include "graft/core/tensor.h"

namespace graft {

/// (x - mean) / sqrt(variance + eps) gamma + beta, with the mean and the biased variance of each
/// row. x [...,C]; gamma, beta [C], of x's type, or f32 where that is a half type.
Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double eps = 1e-5);

}  // namespace graft
