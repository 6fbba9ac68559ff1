// MobileNetV2 (Sandler et al., CVPR 2018), with torchvision's names: features.0 .. features.18,
// classifier.1.
#pragma once

#include <memory>

#include "graft/layers/network.h"
#include "graft/models/registry.h"

namespace graft::models {

/// Variant `padding`: "explicit" (PyTorch: k / 2 on every side) or "same" (TensorFlow's rule, for
/// weights trained there). 1000 classes unless told otherwise.
std::unique_ptr<layers::Network> make_mobilenet_v2(const ModelOptions& options);

}  // namespace graft::models
