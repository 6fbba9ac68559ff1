// Batch norms whose work the filters before them already do.
#pragma once

#include <string>
#include <vector>

#include "graft/layers/network.h"

namespace graft::transfer {

/// Paths of the batch norms before the head that are not frozen, though what they hold is an
/// identity and a bias (mean 0, variance 1, weight 1): a converter folded them into the filters.
/// Training them on the statistics of batches would replace every trained scale by 1;
/// freeze("norms") keeps them. See docs/2-freezing.md.
std::vector<std::string> folded_norms(layers::Network& network);

}  // namespace graft::transfer
