#include "graft/core/kernel_ctx.h"

#include "graft/core/allocator.h"

namespace graft {

void* Workspace::take(size_t bytes) {
  blocks_.reserve(blocks_.size() + 1);
  void* const data = allocator(stream_.device).allocate(bytes, stream_);
  blocks_.push_back({data, bytes});
  return data;
}

Workspace::~Workspace() {
  for (const Block& block : blocks_)
    allocator(stream_.device).release(block.data, block.bytes, stream_);
}

}  // namespace graft
