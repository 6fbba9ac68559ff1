// Which correlations Winograd's algorithm computes.
#pragma once

#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu::winograd {

/// Whether it can and should: a window of 3x3 neighbours, stride 1, no groups, enough channels for
/// the transforms to pay, and no exactness asked for (core/numerics.h). Decides by the layer alone,
/// not by the number of images: an image has the same bits in every batch. `direct`: the factors of
/// the direct sums that it is weighed against.
bool applies(const Correlation& c, Precision direct = Precision::Full);

}  // namespace graft::cpu::winograd
