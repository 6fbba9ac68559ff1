// Batches on their way from the host to a device: through pinned memory, on a queue of their own,
// so that one travels while the device works on the one before.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "graft/core/device_backend.h"
#include "graft/core/tensor.h"

namespace graft::transfer {

/// Moves groups of tensors to a device, for one thread. On the CPU it hands them on as they are.
class Uploader {
 public:
  explicit Uploader(Device device);
  ~Uploader();
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;

  /// Begins to move one group of tensors of the host, which are the caller's again on return. Not
  /// before the last group was taken by pop(); Error(OutOfMemory).
  void push(const std::vector<Tensor>& tensors);
  /// Whether there is nothing to pop.
  bool empty() const { return pushed_ == popped_; }
  /// The group that was pushed last, for work on the current stream. Its memory is written again by
  /// the second push() from now, after the work that was queued up to the next pop().
  std::vector<Tensor> pop();

 private:
  struct Staging {
    void* pinned = nullptr;
    Tensor there;  // [elements], as many as the pinned memory holds
    Tensor view;   // the part of it that a batch fills
  };
  struct Group {
    std::vector<Staging> staging;     // one for each tensor of the largest group so far
    size_t count = 0;                 // of this group's
    std::unique_ptr<Event> uploaded;  // its pinned memory may be written
    std::unique_ptr<Event> used;      // its device memory may be written
    std::vector<Tensor> tensors;      // on the CPU: the group itself
  };

  void make_room(Group& group, size_t i, const Tensor& tensor);

  const Device device_;
  DeviceBackend* const backend_;  // null on the CPU
  Stream copies_;
  std::array<Group, 2> groups_;
  size_t pushed_ = 0, popped_ = 0;
};

}  // namespace graft::transfer
