#include "graft/core/recording.h"

#include "graft/core/stream.h"

namespace graft {

Recording::Recording(Device device, const std::function<void()>& work, size_t memory_limit)
    : stream_(current_stream(device)) {
  Recorder recorder(stream_, memory_limit);
  if (recorder.holds_kernels()) {
    work();
  } else {
    DeviceBackend& backend = require_backend(device);
    backend.begin_capture(stream_);
    try {
      work();
    } catch (...) {
      backend.abandon_capture(stream_);
      throw;
    }
    captured_ = backend.end_capture(stream_);
  }
  recorded_ = recorder.take();
}

Recording::~Recording() = default;

void Recording::run() {
  for (const std::unique_ptr<Recorder::Call>& call : recorded_.calls) call->run();
  if (captured_) captured_->launch(stream_);
}

}  // namespace graft
