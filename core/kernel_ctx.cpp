#include "graft/core/kernel_ctx.h"

namespace graft {

void* Workspace::take(size_t bytes) {
  if (bytes <= own_left_) {
    void* const data = own_ + (kOwnBytes - own_left_);
    own_left_ -= (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return data;
  }
  blocks_.reserve(blocks_.size() + 1);
  void* const data = allocator_.allocate(bytes, stream_);
  blocks_.push_back({data, bytes});
  return data;
}

Workspace::~Workspace() {
  for (const Block& block : blocks_) allocator_.release(block.data, block.bytes, stream_);
}

}  // namespace graft
