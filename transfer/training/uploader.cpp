#include "graft/transfer/training/uploader.h"

#include <cstring>
#include <utility>

#include "graft/core/ops/shape_ops.h"
#include "graft/core/stream.h"

namespace graft::transfer {

Uploader::Uploader(Device device)
    : device_(device),
      backend_(device.type == DeviceType::Cpu ? nullptr : &require_backend(device)) {
  if (!backend_) return;
  copies_ = backend_->create_stream(device.index);
  for (Group& group : groups_) {
    group.uploaded = backend_->create_event(device.index, false);
    group.used = backend_->create_event(device.index, false);
  }
}

Uploader::~Uploader() {
  if (!backend_) return;
  try {
    backend_->synchronize(copies_);
  } catch (const Error&) {
    // Nothing is under way any more; whoever works on the device is told of it.
  }
  backend_->destroy_stream(copies_);
  for (const Group& group : groups_)
    for (const Staging& staging : group.staging)
      if (staging.pinned) backend_->release_host(staging.pinned);
}

// Memory on both sides for number i of a group. What it replaces is released in the order of the
// current stream, which has passed its upload; so must the next upload wait for that stream.
void Uploader::make_room(Group& group, size_t i, const Tensor& tensor) {
  if (group.staging.size() <= i) group.staging.resize(i + 1);
  Staging& staging = group.staging[i];
  const bool fits = staging.there.defined() && staging.there.dtype() == tensor.dtype() &&
                    staging.there.numel() >= tensor.numel();
  if (fits) return;
  Staging larger{nullptr, Tensor::empty({tensor.numel()}, tensor.dtype(), device_), {}};
  larger.pinned = backend_->allocate_host(tensor.bytes());
  if (staging.pinned) backend_->release_host(staging.pinned);
  staging = std::move(larger);
  group.used->record(current_stream(device_));
}

void Uploader::push(const std::vector<Tensor>& tensors) {
  check(empty(), ErrorKind::Internal, "uploader: the last group was not taken");
  Group& group = groups_[pushed_ % groups_.size()];
  if (!backend_) {
    group.tensors = tensors;
    ++pushed_;
    return;
  }
  group.uploaded->synchronize();
  for (size_t i = 0; i < tensors.size(); ++i) make_room(group, i, tensors[i]);
  group.used->wait(copies_);
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor from = contiguous(tensors[i].detach());
    Staging& staging = group.staging[i];
    std::memcpy(staging.pinned, from.raw_data(), from.bytes());
    staging.there.storage().bump_version();
    staging.view = staging.there.alias(from.shape(), from.shape().contiguous_strides(), 0);
    backend_->upload(staging.view.raw_data(), staging.pinned, from.bytes(), copies_);
  }
  group.uploaded->record(copies_);
  group.count = tensors.size();
  ++pushed_;
}

std::vector<Tensor> Uploader::pop() {
  check(!empty(), ErrorKind::Internal, "uploader: nothing was pushed");
  Group& group = groups_[popped_ % groups_.size()];
  if (!backend_) {
    ++popped_;
    return std::exchange(group.tensors, {});
  }
  const Stream work = current_stream(device_);
  if (popped_ > 0) groups_[(popped_ - 1) % groups_.size()].used->record(work);
  group.uploaded->wait(work);
  ++popped_;
  std::vector<Tensor> there;
  for (size_t i = 0; i < group.count; ++i) there.push_back(group.staging[i].view);
  return there;
}

}  // namespace graft::transfer
