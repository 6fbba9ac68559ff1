#include "graft/data/picture_memory.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <vector>

namespace graft::data {
namespace {

// Smaller blocks the system's allocator keeps by itself.
constexpr size_t kSmallestKept = 32 << 10;
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kKept = 0;  // a block that is reused has no guards
#else
constexpr size_t kKept = 64 << 20;
#endif

// A block's true size, of which there are eight per power of two, so that pictures of about one
// size can follow each other in it.
size_t block_bytes(size_t bytes) {
  if (bytes < kSmallestKept) return std::max<size_t>(bytes, 1);
  const size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

class KeptBlocks {
 public:
  KeptBlocks() { blocks_.reserve(kKept / kSmallestKept + 1); }

  // Null if none is of this size.
  void* take(size_t bytes) {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                    [&](const Block& block) { return block.bytes == bytes; });
    if (found == blocks_.rend()) return nullptr;
    void* const data = found->data;
    blocks_.erase(std::next(found).base());
    bytes_ -= bytes;
    return data;
  }

  // In place of the oldest ones, if there is no room.
  void keep(void* data, size_t bytes) noexcept {
    std::lock_guard lock(mutex_);
    while (bytes_ + bytes > kKept) {
      bytes_ -= blocks_.front().bytes;
      std::free(blocks_.front().data);
      blocks_.erase(blocks_.begin());
    }
    blocks_.push_back({data, bytes});  // does not allocate: the constructor did
    bytes_ += bytes;
  }

 private:
  struct Block {
    void* data;
    size_t bytes;
  };

  std::mutex mutex_;
  std::vector<Block> blocks_;  // the most recent last
  size_t bytes_ = 0;
};

KeptBlocks& kept_blocks() {
  // Never destroyed: pictures of static lifetime may outlive any order of destruction.
  static KeptBlocks* const blocks = new KeptBlocks;
  return *blocks;
}

bool is_kept(size_t bytes) { return bytes >= kSmallestKept && bytes <= kKept; }

}  // namespace

void* allocate_picture_memory(size_t bytes) {
  bytes = block_bytes(bytes);
  void* block = is_kept(bytes) ? kept_blocks().take(bytes) : nullptr;
  if (!block) block = std::malloc(bytes);
  if (!block) throw std::bad_alloc();
  return block;
}

void release_picture_memory(void* block, size_t bytes) noexcept {
  bytes = block_bytes(bytes);
  if (is_kept(bytes))
    kept_blocks().keep(block, bytes);
  else
    std::free(block);
}

}  // namespace graft::data
