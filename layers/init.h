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

/// Uniform in [-bound, bound] / normal with deviation `std`.
void uniform_(Tensor& tensor, double bound, const RandomKey& key);
void normal_(Tensor& tensor, double std, const RandomKey& key);

/// PyTorch's default for dense and convolution layers: uniform with bound 1 / sqrt(fan in).
void default_(Tensor& weight, const RandomKey& key);
/// He et al. 2015, for ReLU: normal with deviation sqrt(2 / fan out).
void kaiming_normal_(Tensor& weight, const RandomKey& key);

}  // namespace graft::layers
