// A network under formula weights, and the comparison of its gradients with PyTorch's signatures:
// see tests/golden/README.md.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "graft/layers/network.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::testing {

/// tests/golden/models/NAME.safetensors and the network it speaks of.
struct GoldenModel {
  explicit GoldenModel(const std::string& name);

  /// Sets every parameter and buffer by the formula; frees gradients.
  void reset_state();
  Tensor input(const std::string& mode) const;
  Tensor labels() const;
  const Tensor& expected(const std::string& key) const;

  std::string name;
  transfer::WeightFile golden;
  std::unique_ptr<layers::Network> network;
};

/// Largest deviation of `x` (in memory layout) from the signature of `path`, by the rule of the
/// golden files: relative to the tensor's scale.
double signature_deviation(const NamedTensor& x, const Tensor& signature);

}  // namespace graft::testing
