#include "graft/transfer/training/snapshot.h"

#include <cstring>

#include "graft/core/ops/to_device.h"

namespace graft::transfer {

Snapshot::Snapshot(const layers::Network& network, const Snapshot& earlier)
    : tensors_(network.named_tensors()) {
  for (size_t i = 0; i < tensors_.size(); ++i) {
    Tensor& tensor = tensors_[i].tensor;
    marks_.emplace_back(tensor);
    tensor = earlier.holds(i, tensors_[i]) ? earlier.tensors_[i].tensor : tensor.clone();
  }
}

// Whether the snapshot's tensor number i has the value of `current`.
bool Snapshot::holds(size_t i, const NamedTensor& current) const {
  return i < tensors_.size() && tensors_[i].path == current.path &&
         tensors_[i].tensor.shape() == current.tensor.shape() &&
         marks_[i] == ContentMark(current.tensor);
}

std::vector<NamedTensor> Snapshot::outdated(const layers::Network& network) const {
  const std::vector<NamedTensor> current = network.named_tensors();
  std::vector<NamedTensor> differing;
  for (size_t i = 0; i < tensors_.size(); ++i)
    if (i >= current.size() || !holds(i, current[i])) differing.push_back(tensors_[i]);
  return differing;
}

void Snapshot::restore(layers::Network& network) const {
  const std::vector<NamedTensor> current = network.named_tensors();
  check(current.size() == tensors_.size(), ErrorKind::Internal, "snapshot: of ", tensors_.size(),
        " tensors for a network of ", current.size());
  for (size_t i = 0; i < current.size(); ++i) {
    check(current[i].path == tensors_[i].path, ErrorKind::Internal, "snapshot: holds ",
          tensors_[i].path, " where the network has ", current[i].path);
    copy_if_different(current[i].tensor, tensors_[i].tensor);
  }
}

void copy_if_different(Tensor target, const Tensor& source) {
  const Tensor old = to_device(target.detach(), Device{}),
               wanted = to_device(source.detach(), Device{});
  const bool comparable = old.is_contiguous() && wanted.is_contiguous() &&
                          old.dtype() == wanted.dtype() && old.shape() == wanted.shape();
  if (comparable && std::memcmp(old.raw_data(), wanted.raw_data(), wanted.bytes()) == 0) return;
  target.copy_(source);
}

}  // namespace graft::transfer
