// A convolution as an operation graph of cuDNN.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/kernels/cuda/conv/convolution_case.h"
#include "graft/kernels/cuda/dnn/descriptor.h"

namespace graft::cuda {

/// By these numbers the operands are known when a plan runs. For gradients X, W and Y stand for dx,
/// dw and dy.
enum OperandId : int64_t { kX = 1, kW, kY, kBias, kResidual };

/// The operation graph of a case, finalized. Holds its parts alive.
class ConvolutionGraph {
 public:
  /// Error(Device) if cuDNN refuses the case as such.
  ConvolutionGraph(cudnnHandle_t handle, const ConvolutionCase& of);
  const Descriptor& descriptor() const { return graph_; }

 private:
  using Handle = cudnnBackendDescriptor_t;
  Handle finished(Descriptor part);
  Handle tensor(int64_t id, const std::vector<int64_t>& nchw, DType dtype);
  Handle intermediate(const std::vector<int64_t>& nchw, cudnnDataType_t type);
  void add_convolution(const ConvolutionCase& of, Handle result);
  void add_epilogue(const ConvolutionCase& of, Handle product);
  void add_sum(Handle a, Handle b, Handle result, cudnnDataType_t compute);
  void add_activation(Handle x, Handle y, Activation activation, cudnnDataType_t compute);

  int64_t next_intermediate_;
  std::vector<Descriptor> parts_;
  std::vector<cudnnBackendDescriptor_t> operations_;
  Descriptor graph_;
};

}  // namespace graft::cuda
