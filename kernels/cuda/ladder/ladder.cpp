#include "graft/kernels/cuda/ladder/ladder.h"

namespace graft::cuda {

std::span<const LadderStep> product_ladder() {
  static constexpr LadderStep kSteps[] = {
      {"naive", "a thread a result", DType::F32, 0, 1, naive_product},
      {"shared-memory", "tiles loaded once a block", DType::F32, 0, 1, shared_memory_product},
      {"register-blocked", "8 x 8 results a thread", DType::F32, 0, 1, register_blocked_product},
      {"vectorised", "16 bytes a load", DType::F32, 0, 128, vectorised_product},
      {"double-buffered", "the next tile on its way", DType::F32, 0, 128, double_buffered_product},
#ifdef GRAFT_CUDA_TENSOR_CORES
      {"tensor-core", "mma, ldmatrix, cp.async", DType::BF16, 80, 128, tensor_core_product},
      {"warpgroup", "wgmma out of shared memory, TMA", DType::BF16, 90, 256, warpgroup_product},
#endif
  };
  return kSteps;
}

}  // namespace graft::cuda
