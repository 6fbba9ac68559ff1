// The queue that a thread's work goes to. Storage remembers the stream it was allocated on, and is
// released in that stream's order.
#pragma once

#include "graft/core/device.h"

namespace graft {

/// Where work of this thread on `device` is queued: the innermost StreamScope of that device, else
/// the device's default stream; the CPU has none. Error(Device) if the device is not available.
Stream current_stream(Device device);

/// Queues this thread's work on `stream` for the lifetime of the object. Nests. What is written
/// under one stream and read under another needs an Event between them.
class StreamScope {
 public:
  explicit StreamScope(Stream stream) : stream_(stream), outer_(innermost_) { innermost_ = this; }
  ~StreamScope() { innermost_ = outer_; }
  StreamScope(const StreamScope&) = delete;
  StreamScope& operator=(const StreamScope&) = delete;

 private:
  friend Stream current_stream(Device device);
  static thread_local constinit StreamScope* innermost_;
  Stream stream_;
  StreamScope* outer_;
};

/// Blocks until the work of this thread on `device` is done, and raises what went wrong in it.
void synchronize(Device device);

}  // namespace graft
