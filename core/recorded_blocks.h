// The blocks of memory that recorded work reads and writes. They keep their addresses as long as
// the work may run again, whoever lets go of them.
#pragma once

#include <cstddef>
#include <unordered_map>

namespace graft {

/// Bookkeeping alone: an allocator gets and frees them, and holds its lock around every call.
class RecordedBlocks {
 public:
  struct Block {
    size_t bytes;
    bool in_use;   ///< by a tensor or a workspace
    size_t asked;  ///< of its bytes, by that one or the last
  };

  /// The smallest block that holds as many bytes, wastes less than a quarter of itself, and that
  /// nobody uses any more: the recorded work that used it comes earlier. Null if there is none.
  void* reuse(size_t bytes);
  /// A block allocated for this recording.
  void add(void* data, size_t bytes) { blocks_[data] = {bytes, true, bytes}; }
  /// A block from before it that was released while it was made, so after work that may use it.
  void adopt(void* data, size_t bytes) { blocks_[data] = {bytes, false, bytes}; }
  void release(void* data) { blocks_.at(data).in_use = false; }
  const std::unordered_map<void*, Block>& blocks() const { return blocks_; }

 private:
  std::unordered_map<void*, Block> blocks_;
};

}  // namespace graft
