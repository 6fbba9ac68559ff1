// Networks so small that everything around the arithmetic counts.
#pragma once

#include <memory>
#include <string>

#include "graft/core/shape.h"
#include "graft/layers/module.h"

namespace graft::bench {

struct SmallNetwork {
  std::unique_ptr<layers::Module> module;
  Shape input;  ///< of one sample
  int64_t classes = 10;
};

/// "lenet5" (LeCun et al. 1998, with ReLU and max pooling), "mlp3" (784-128-128-10) or "head" (a
/// dense layer on 512 cached features). Error(Argument) for any other word.
SmallNetwork make_small_network(const std::string& name);

}  // namespace graft::bench
