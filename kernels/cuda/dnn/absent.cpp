// Where there is no cuDNN: the other convolutions serve.
#include "graft/kernels/cuda/dnn/convolution.h"

namespace graft::cuda {

bool dnn_convolution(const KernelCtx&, const ConvolutionCase&, const void*, const void*,
                     const void*, const void*, const void*) {
  return false;
}

}  // namespace graft::cuda
