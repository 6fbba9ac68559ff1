// The parameters and buffers of a network at one moment, to go back to.
#pragma once

#include <vector>

#include "graft/core/content_mark.h"
#include "graft/layers/network.h"

namespace graft::transfer {

class Snapshot {
 public:
  Snapshot() = default;
  /// A copy of every tensor; of those that nobody has written to since `earlier` was taken of the
  /// same network (a frozen trunk), the one that is there already.
  explicit Snapshot(const layers::Network& network, const Snapshot& earlier = {});

  bool empty() const { return tensors_.empty(); }
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  /// Those that have been written to in the network since.
  std::vector<NamedTensor> outdated(const layers::Network& network) const;
  /// Writes the values back; Error(Internal) if the network has other tensors by now. Tensors that
  /// already hold the value keep their version, so that folded and cached results stay valid.
  void restore(layers::Network& network) const;

 private:
  bool holds(size_t i, const NamedTensor& current) const;

  std::vector<NamedTensor> tensors_;
  std::vector<ContentMark> marks_;  ///< of the network's tensors when they were copied
};

/// Overwrites `target` with `source` unless the bytes are equal already.
void copy_if_different(Tensor target, const Tensor& source);

}  // namespace graft::transfer
