#include "graft/kernels/cuda/backend/captured_graph.h"

#include <utility>

#include "graft/kernels/cuda/backend/error_check.h"

namespace graft::cuda {

CapturedGraph::CapturedGraph(cudaGraph_t graph, std::unique_ptr<RecordedBlocks> recording,
                             DeviceMemory& memory)
    : recording_(std::move(recording)), memory_(memory) {
  const cudaError_t error = cudaGraphInstantiate(&executable_, graph, 0);
  cudaGraphDestroy(graph);
  if (error != cudaSuccess) memory_.forget(std::move(recording_));
  cuda_check(error, "cudaGraphInstantiate");
}

CapturedGraph::~CapturedGraph() {
  cudaGraphExecDestroy(executable_);  // one that runs is freed at its end
  memory_.forget(std::move(recording_));
}

void CapturedGraph::launch(Stream stream) {
  cuda_check(cudaSetDevice(stream.device.index), "cudaSetDevice");
  cuda_check(cudaGraphLaunch(executable_, static_cast<cudaStream_t>(stream.native)),
             "cudaGraphLaunch");
}

}  // namespace graft::cuda
