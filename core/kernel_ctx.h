// What a kernel is given beside its operands: the stream, and scratch memory for this call. What is
// to outlive the call is an output or a form of a constant operand (kept_forms.h), nothing else.
#pragma once

#include <cstddef>
#include <vector>

#include "graft/core/allocator.h"
#include "graft/core/device.h"

namespace graft {

/// Scratch memory of one kernel call, taken from the device's allocator (so it counts in the peak)
/// and given back when the call ends; on the CPU a little of it lies in the object itself, as the
/// allocator's lock takes longer than a small kernel. Take before going parallel: not for
/// concurrent use.
class Workspace {
 public:
  Workspace(Allocator& allocator, Stream stream)
      : allocator_(allocator),
        stream_(stream),
        own_left_(stream.device.type == DeviceType::Cpu ? kOwnBytes : 0) {}
  ~Workspace();
  /// For scratch that is given back before the call ends.
  Workspace nested() const { return Workspace(allocator_, stream_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// 64-byte aligned, uninitialised, valid until the call ends; Error(OutOfMemory).
  void* take(size_t bytes);
  template <class T>
  T* take_array(int64_t count) {
    return static_cast<T*>(take(static_cast<size_t>(count) * sizeof(T)));
  }

 private:
  struct Block {
    void* data;
    size_t bytes;
  };
  static constexpr size_t kAlignment = 64, kOwnBytes = 8 * kAlignment;

  Allocator& allocator_;
  Stream stream_;
  std::vector<Block> blocks_;
  size_t own_left_;
  alignas(kAlignment) std::byte own_[kOwnBytes];
};

struct KernelCtx {
  Stream stream;
  Workspace& workspace;
};

}  // namespace graft
