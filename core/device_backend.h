// What a kind of device offers beside its kernels: memory, queues and copies. The CPU needs none of
// it; any other kind comes from a module opened at run time (device_module.h), or from a test.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "graft/core/allocator.h"
#include "graft/core/device.h"

namespace graft {

struct DeviceInfo {
  std::string name;          ///< as its maker calls it
  std::string architecture;  ///< "sm_90"
  size_t memory_bytes = 0;   ///< in all
  size_t free_bytes = 0;     ///< by what the driver says now
};

/// A recorded sequence of work that is launched again as a whole, on the operands it was recorded
/// with.
class CapturedWork {
 public:
  virtual ~CapturedWork() = default;
  virtual void launch(Stream stream) = 0;
};

/// A point in a stream. Waiting for one that was never recorded returns at once.
class Event {
 public:
  virtual ~Event() = default;
  virtual void record(Stream stream) = 0;
  /// Work queued on `stream` from now on starts after the point.
  virtual void wait(Stream stream) = 0;
  /// Blocks until the point is passed; raises what went wrong before it.
  virtual void synchronize() = 0;
  /// Between the recorded points of two events that were created with timing.
  virtual double seconds_since(const Event& earlier) const = 0;
};

/// One object per kind of device. Work is queued on a stream and runs in its order; errors of
/// queued work are raised by a later call as Error(Device), named after the operation that noticed.
/// All members may be called from any thread.
class DeviceBackend {
 public:
  virtual ~DeviceBackend() = default;

  virtual int device_count() const = 0;
  virtual DeviceInfo describe(int index) const = 0;
  virtual Allocator& allocator(int index) = 0;

  /// The stream of those who ask for none, the same at each call.
  virtual Stream default_stream(int index) = 0;
  virtual Stream create_stream(int index) = 0;
  /// Gives a stream of create_stream() back, which must have been synchronized.
  virtual void destroy_stream(Stream stream) noexcept = 0;
  /// Blocks until all work queued on the stream is done.
  virtual void synchronize(Stream stream) = 0;
  virtual std::unique_ptr<Event> create_event(int index, bool timing) = 0;

  /// Queues a copy. Pageable host memory may be reused when the call returns, pinned memory when
  /// the stream has passed it.
  virtual void upload(void* to_device, const void* from_host, size_t bytes, Stream stream) = 0;
  /// Queues a copy as upload() does; the host sees the bytes once the stream has passed it.
  virtual void download(void* to_host, const void* from_device, size_t bytes, Stream stream) = 0;
  /// Queues a copy between two devices of this kind, or within one, on the destination's stream.
  virtual void copy(void* to, const void* from, Device source, size_t bytes, Stream stream) = 0;

  /// Pinned host memory, which copies overlap with; Error(OutOfMemory).
  virtual void* allocate_host(size_t bytes) = 0;
  virtual void release_host(void* data) noexcept = 0;

  /// Everything this thread queues on the stream until end_capture() is recorded, not run. What a
  /// recording cannot hold (a wait for the host, a copy from pageable memory) is Error(Device).
  virtual void begin_capture(Stream stream) = 0;
  virtual std::unique_ptr<CapturedWork> end_capture(Stream stream) = 0;
  /// Ends a capture as end_capture() does, after an error: nothing is kept of it.
  virtual void abandon_capture(Stream stream) noexcept = 0;
};

/// The backend of a kind of device, or null: the CPU has none, others are opened by find_cuda().
DeviceBackend* device_backend(DeviceType type) noexcept;
/// The backend of `device`; Error(Device) naming the running op if there is none or no such index.
DeviceBackend& require_backend(Device device);
/// Makes `backend` the one of its kind, for modules and tests; not owned. Null takes it away again.
void install_backend(DeviceType type, DeviceBackend* backend) noexcept;

}  // namespace graft
