// Residual networks for 224x224 photographs (He et al., "Deep residual learning", CVPR 2016), with
// torchvision's names: conv1, bn1, layer1..4, fc. Bottleneck strides sit in the 3x3 convolution.
#pragma once

#include <array>
#include <memory>

#include "graft/layers/network.h"
#include "graft/models/registry.h"

namespace graft::models {

enum class ResidualBlock { Basic, Bottleneck };

/// `depths`: blocks in each of the four layers. No variants. 1000 classes unless told otherwise.
std::unique_ptr<layers::Network> make_resnet(ResidualBlock block, std::array<int, 4> depths,
                                             const ModelOptions& options);

}  // namespace graft::models
