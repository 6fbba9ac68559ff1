// One range of addresses for the large blocks of host memory, cut as they are asked for.
#pragma once

#include <cstddef>
#include <vector>

namespace graft {

/// Best fit with merging of free neighbours: what the forward pass leaves serves the backward pass
/// whatever the sizes, so that a training step maps little more than its live tensors need. Pages
/// that were used stay mapped until trim(). Not for concurrent use.
class CpuArena {
 public:
  /// A cache line, and the widest vector.
  static constexpr size_t kAlignment = 64;

  CpuArena() = default;
  ~CpuArena();
  CpuArena(const CpuArena&) = delete;
  CpuArena& operator=(const CpuArena&) = delete;

  /// kAlignment-aligned memory; null if no free range is as long, or the system gave no addresses.
  /// std::bad_alloc only for the arena's own records.
  void* allocate(size_t bytes);
  void release(void* data) noexcept;
  bool owns(const void* data) const;
  /// Bytes of free blocks whose pages may be mapped: those below the highest address used.
  size_t cached() const;
  /// Gives the pages of all free blocks back to the system.
  void trim() noexcept;

 private:
  struct Block {
    size_t begin, length;
    bool free;
  };

  void reserve();

  std::byte* base_ = nullptr;
  size_t reserved_ = 0, used_ = 0;  // used_: the end of the highest block so far
  bool tried_ = false;
  std::vector<Block> blocks_;  // in order of address, without gaps
};

}  // namespace graft
