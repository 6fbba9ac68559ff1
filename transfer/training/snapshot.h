// A copy of everything in a network that training can change, to go back to.
#pragma once

#include <vector>

#include "graft/layers/network.h"

namespace graft::transfer {

/// Parameters and buffers of a network at one moment.
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(const layers::Network& network);

  bool empty() const { return tensors_.empty(); }
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  /// Writes the values back; Error(Internal) if the network has other tensors by now. Tensors that
  /// already hold the value keep their version, so that folded and cached results stay valid.
  void restore(layers::Network& network) const;

 private:
  std::vector<NamedTensor> tensors_;
};

/// Overwrites `target` with `source` unless the bytes are equal already.
void copy_if_different(Tensor target, const Tensor& source);

}  // namespace graft::transfer
