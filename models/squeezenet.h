// SqueezeNet 1.1 (Iandola et al. 2016), with torchvision's names: features.0 .. features.12,
// classifier.1. Pooling rounds up.
#pragma once

#include <memory>

#include "graft/layers/network.h"
#include "graft/models/registry.h"

namespace graft::models {

/// Variant `classifier_padding` (0; 1 as in the original Caffe network): zeros around the last 1x1
/// convolution's input. 1000 classes unless told otherwise.
std::unique_ptr<layers::Network> make_squeezenet1_1(const ModelOptions& options);

}  // namespace graft::models
