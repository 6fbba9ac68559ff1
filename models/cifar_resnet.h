// Residual networks for 32x32 pictures (He et al. 2015, section 4.2): three layers of n basic
// blocks with 16, 32, 64 channels, depth 6n + 2. Shortcuts without parameters (option A): every
// second pixel, zeros for the new channels, half before and half after. Names: conv1, bn1,
// layer1..3, linear.
#pragma once

#include <memory>

#include "graft/layers/network.h"
#include "graft/models/registry.h"

namespace graft::models {

/// No variants. 10 classes unless told otherwise.
std::unique_ptr<layers::Network> make_cifar_resnet(int depth, const ModelOptions& options);

}  // namespace graft::models
