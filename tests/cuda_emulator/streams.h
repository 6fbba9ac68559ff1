// Streams and what is recorded on them.
#pragma once

#include <functional>
#include <vector>

#include "cuda_emulator/runtime_api.h"

using Work = std::vector<std::function<void()>>;

struct CUstream_st {
  bool capturing = false, invalidated = false;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  Work captured;
};

namespace graft::emulator {

/// Does `work` on the open device memory now, or records it if the stream is being captured. The
/// error of a broken device instead.
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work);
bool capturing(cudaStream_t stream);
/// What waits, allocates or frees is forbidden on the stream while it is captured, and on any
/// stream while this thread captures one in another mode than relaxed.
bool capture_forbids(cudaStream_t stream);

}  // namespace graft::emulator
