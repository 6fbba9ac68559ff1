#include "graft/core/recorded_blocks.h"

namespace graft {

void* RecordedBlocks::reuse(size_t bytes) {
  std::pair<void* const, Block>* best = nullptr;
  for (auto& entry : blocks_) {
    const Block& block = entry.second;
    if (block.in_use || block.bytes < bytes || block.bytes - bytes > block.bytes / 4) continue;
    if (!best || block.bytes < best->second.bytes) best = &entry;
  }
  if (!best) return nullptr;
  best->second.in_use = true;
  best->second.asked = bytes;
  return best->first;
}

}  // namespace graft
