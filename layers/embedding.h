// A vector for each number of a vocabulary.
#pragma once

#include "graft/layers/module.h"

namespace graft::layers {

/// Parameter `weight` [rows, width], as PyTorch's Embedding(rows, width).
class Embedding final : public Module {
 public:
  Embedding(int64_t rows, int64_t width);
  /// i64 [...] with entries in 0..rows-1 -> [..., width]; Error(Argument) naming the first other
  /// one, on the CPU alone: a device would have to be waited for.
  Tensor forward(const Tensor& numbers) override;
  /// Normal with deviation 1, as PyTorch's.
  void reset_parameters(const RandomKey& key) override;

 private:
  Tensor weight_;
};

}  // namespace graft::layers
