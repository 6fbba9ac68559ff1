// The NVIDIA driver of this machine, asked through the little of its interface that says whether it
// can serve.
#pragma once

#include <string>

namespace graft {

struct CudaDriver {
  int version = 0;      ///< newest CUDA it supports: 12020 for 12.2
  std::string problem;  ///< "", or one line: why it cannot serve and what helps
};

/// Opens libcuda.so.1 and starts it, which takes up to a second where there is a GPU.
CudaDriver find_cuda_driver();

}  // namespace graft
