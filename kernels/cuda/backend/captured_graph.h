// A recorded sequence of work: a CUDA graph and the memory it works on.
#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "graft/core/device_backend.h"
#include "graft/kernels/cuda/backend/device_memory.h"

namespace graft::cuda {

class CapturedGraph final : public CapturedWork {
 public:
  /// Takes the graph, and the blocks that its work uses, which `memory` gave.
  CapturedGraph(cudaGraph_t graph, std::unique_ptr<RecordedBlocks> recording, DeviceMemory& memory);
  ~CapturedGraph() override;
  CapturedGraph(const CapturedGraph&) = delete;
  CapturedGraph& operator=(const CapturedGraph&) = delete;

  void launch(Stream stream) override;

 private:
  cudaGraphExec_t executable_ = nullptr;
  std::unique_ptr<RecordedBlocks> recording_;
  DeviceMemory& memory_;
};

}  // namespace graft::cuda
