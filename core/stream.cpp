#include "graft/core/stream.h"

#include "graft/core/device_backend.h"

namespace graft {

thread_local constinit StreamScope* StreamScope::innermost_ = nullptr;

Stream current_stream(Device device) {
  if (device.type == DeviceType::Cpu) return {};
  for (const StreamScope* scope = StreamScope::innermost_; scope; scope = scope->outer_)
    if (scope->stream_.device == device) return scope->stream_;
  return require_backend(device).default_stream(device.index);
}

void synchronize(Device device) {
  if (device.type != DeviceType::Cpu) require_backend(device).synchronize(current_stream(device));
}

}  // namespace graft
