#include "graft/core/recorded_memory.h"

#include "graft/core/error.h"
#include "graft/core/op_scope.h"

namespace graft {

void* RecordedMemory::allocate(size_t bytes, Stream stream) {
  const std::lock_guard lock(mutex_);
  void* data = blocks_.reuse(bytes);
  if (!data) {
    check(bytes <= left_, ErrorKind::OutOfMemory, OpScope::current(),
          ": more memory than a recording may take");
    data = source_.allocate(bytes, stream);
    blocks_.add(data, bytes);
    left_ -= bytes;
  }
  ++in_use_;
  return data;
}

void RecordedMemory::release(void* data, size_t, Stream) noexcept {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    blocks_.release(data);
    last = --in_use_ == 0 && retired_;
  }
  if (last) delete this;
}

void RecordedMemory::retire() noexcept {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    retired_ = true;
    last = in_use_ == 0;
  }
  if (last) delete this;
}

RecordedMemory::~RecordedMemory() {
  for (const auto& [data, block] : blocks_.blocks()) source_.release(data, block.bytes, {});
}

}  // namespace graft
