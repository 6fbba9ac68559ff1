// Initial values of weights, drawn from a keyed stream: the same on every machine.
#pragma once

#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft::layers {

/// Elements that feed one output of a weight [out, ..., in], and outputs that one input feeds.
struct Fans {
  int64_t in, out;
};
Fans fans(const Shape& weight);

/// How a dense or convolution layer starts.
enum class Initialisation {
  PyTorchDefault,  ///< uniform with bound 1 / sqrt(fan in)
  KaimingFanOut,   ///< He et al. 2015, for ReLU: normal with deviation sqrt(2 / fan out)
};

/// Draws a weight from `key`'s stream and, if there is a bias, draws it uniformly with bound
/// 1 / sqrt(the weight's fan in) from a stream of its own.
void draw_weight_and_bias(Tensor& weight, Tensor& bias, Initialisation how, const RandomKey& key);

/// Uniform in [-bound, bound] / normal with deviation `std`.
void uniform_(Tensor& tensor, double bound, const RandomKey& key);
void normal_(Tensor& tensor, double std, const RandomKey& key);

}  // namespace graft::layers
