#include "cuda_emulator/streams.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "cuda_emulator/control.h"
#include "cuda_emulator/device_memory.h"
#include "cuda_emulator/errors.h"
#include "cuda_emulator/launch.h"

using graft::emulator::device_error;
using graft::emulator::result;

struct CUevent_st {
  unsigned flags = 0;
  std::chrono::steady_clock::time_point time;
};
struct CUgraph_st {
  Work work;
};
struct CUgraphExec_st {
  Work work;
};

namespace graft::emulator {
namespace {
std::atomic<size_t> launch_count = 0;
thread_local int strict_captures = 0;  // in another mode than relaxed
std::mutex captures_mutex;
std::set<CUstream_st*> captures;

void begin_capture(CUstream_st& stream, cudaStreamCaptureMode mode) {
  const std::lock_guard lock(captures_mutex);
  captures.insert(&stream);
  stream.capturing = true;
  stream.invalidated = false;
  stream.mode = mode;
  stream.captured.clear();
  strict_captures += mode != cudaStreamCaptureModeRelaxed;
}

Work end_capture(CUstream_st& stream) {
  const std::lock_guard lock(captures_mutex);
  captures.erase(&stream);
  stream.capturing = false;
  strict_captures -= stream.mode != cudaStreamCaptureModeRelaxed;
  return std::exchange(stream.captured, {});
}

}  // namespace

bool capturing(cudaStream_t stream) { return stream != nullptr && stream->capturing; }

bool capture_forbids(cudaStream_t stream) { return capturing(stream) || strict_captures > 0; }

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (device_error() != cudaSuccess) return device_error();
  if (capturing(stream)) {
    stream->captured.push_back(std::move(work));
  } else {
    const Access access;
    work();
  }
  return cudaSuccess;
}

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void(bool)> run) {
  const dim3 grid = config.gridDim, block = config.blockDim;
  const uint64_t threads = uint64_t{block.x} * block.y * block.z;
  if (uint64_t{grid.x} * grid.y * grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 0xffffu ||
      grid.z > 0xffffu || threads == 0 || threads > 1024 || block.z > 64)
    return result(cudaErrorInvalidConfiguration);
  return enqueue(config.stream, [run = std::move(run)] { run(++launch_count % 2 == 0); });
}

size_t launches() { return launch_count; }

}  // namespace graft::emulator

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new CUstream_st;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (graft::emulator::capture_forbids(stream)) return result(cudaErrorStreamCaptureUnsupported);
  return device_error();
}

// It would wait for the streams that are captured: those captures are lost.
cudaError_t cudaDeviceSynchronize() {
  const std::lock_guard lock(graft::emulator::captures_mutex);
  for (CUstream_st* const stream : graft::emulator::captures) stream->invalidated = true;
  return graft::emulator::captures.empty() ? device_error()
                                           : result(cudaErrorStreamCaptureUnsupported);
}
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return device_error(); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{flags, {}};
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return graft::emulator::enqueue(stream,
                                  [event] { event->time = std::chrono::steady_clock::now(); });
}

cudaError_t cudaEventSynchronize(cudaEvent_t) { return device_error(); }

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  if ((start->flags | end->flags) & cudaEventDisableTiming)
    return result(cudaErrorInvalidResourceHandle);
  *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (!stream || stream->capturing) return result(cudaErrorStreamCaptureUnsupported);
  graft::emulator::begin_capture(*stream, mode);
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (!graft::emulator::capturing(stream)) return result(cudaErrorInvalidValue);
  Work work = graft::emulator::end_capture(*stream);
  if (stream->invalidated) return result(cudaErrorStreamCaptureInvalidated);
  *graph = new CUgraph_st{std::move(work)};
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  *status = graft::emulator::capturing(stream) ? cudaStreamCaptureStatusActive
                                               : cudaStreamCaptureStatusNone;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  *executable = new CUgraphExec_st{graph->work};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return graft::emulator::enqueue(stream, [executable] {
    for (const auto& work : executable->work) work();
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
