#include "graft/benchmarks/recorded_work.h"

#include "graft/core/error.h"
#include "graft/core/stream.h"

namespace graft::bench {

RecordedWork::RecordedWork(Device device, const Work& work) : device_(device) {
  DeviceBackend& backend = require_backend(device);
  for (int i = 0; i < 2; ++i) work();
  const Stream stream = current_stream(device);
  backend.synchronize(stream);
  backend.begin_capture(stream);
  try {
    work();
  } catch (...) {
    try {
      backend.end_capture(stream);
    } catch (const Error&) {  // of the recording, which was spoilt by the first
    }
    throw;
  }
  recording_ = backend.end_capture(stream);
}

void RecordedWork::launch() const { recording_->launch(current_stream(device_)); }

}  // namespace graft::bench
