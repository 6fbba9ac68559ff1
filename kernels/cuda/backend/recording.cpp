#include "graft/kernels/cuda/backend/recording.h"

namespace graft::cuda {

void* Recording::reuse(size_t bytes) {
  for (auto& [data, block] : blocks_)
    if (!block.in_use && block.bytes == bytes) {
      block.in_use = true;
      return data;
    }
  return nullptr;
}

}  // namespace graft::cuda
