// Freezing parts of a network by name.
#pragma once

#include <string>
#include <vector>

#include "graft/layers/network.h"

namespace graft::transfer {

struct FreezeReport {
  std::vector<std::string> modules;  ///< frozen whole: gradients, statistics, dropout
  std::vector<std::string> tensors;  ///< parameters frozen one by one in modules that stay open
  int64_t frozen_parameters = 0;     ///< elements, of the whole network after the call
  int64_t total_parameters = 0;
};

/// Freezes what `patterns` names, a comma-separated list of
///   trunk           everything before the head
///   norms           every layer that keeps running statistics: fine-tuning on small batches, and
///                   from files whose normalisation is folded into the filters, needs them fixed
///   conv1..layer3   stages from the first to the last, inclusive; either end may be a prefix
///   layer1          a module and everything below it
///   *.bias          a glob over tensor paths; a module is frozen whole if all its parameters match
/// An item that matches nothing is an Error(Argument) naming what is near, and the stages.
FreezeReport freeze(layers::Network& network, const std::string& patterns,
                    layers::FrozenStatistics statistics = layers::FrozenStatistics::Fixed);

}  // namespace graft::transfer
