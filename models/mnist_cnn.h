// A small network for 28x28 digits: three 3x3 convolutions (8, 16, 24 channels) with ReLU, batch
// norm, a dense layer of 32, a dense layer of 10 and a batch norm on the logits. Names: conv1..3,
// norm1, fc1, fc2, norm2.
#pragma once

#include <memory>

#include "graft/layers/network.h"
#include "graft/models/registry.h"

namespace graft::models {

/// No variants. 10 classes unless told otherwise. Input [N,28,28,1].
std::unique_ptr<layers::Network> make_mnist_cnn(const ModelOptions& options);

}  // namespace graft::models
