#include "graft/transfer/training/snapshot.h"

#include <cstring>

namespace graft::transfer {

Snapshot::Snapshot(const layers::Network& network) : tensors_(network.named_tensors()) {
  for (NamedTensor& entry : tensors_) entry.tensor = entry.tensor.clone();
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
  const bool comparable = target.is_contiguous() && source.is_contiguous() &&
                          target.dtype() == source.dtype() && target.shape() == source.shape() &&
                          target.device() == Device{} && source.device() == Device{};
  if (comparable && std::memcmp(target.raw_data(), source.raw_data(), source.bytes()) == 0) return;
  target.copy_(source);
}

}  // namespace graft::transfer
