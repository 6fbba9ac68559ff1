#include "graft/kernels/cuda/dnn/convolution_graph.h"

#include <array>
#include <utility>

#include "graft/core/error.h"
#include "graft/kernels/cuda/backend/error_check.h"
#include "graft/kernels/cuda/backend/host.h"
#include "graft/kernels/cuda/library_operand.h"

namespace graft::cuda {
namespace {

constexpr int64_t kFirstIntermediate = 100;
constexpr auto kAlignment = static_cast<int64_t>(kLibraryAlignment);

// The attributes that one pass of a convolution is described with. x, w and y are the operand that
// is written and the two that are read.
struct PassAttributes {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t alpha, beta, params, x, w, y;
};

constexpr PassAttributes kForwardAttributes{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y};
constexpr PassAttributes kInputGradAttributes{
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY};
constexpr PassAttributes kFilterGradAttributes{
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY};

const PassAttributes& attributes(ConvolutionPass pass) {
  switch (pass) {
    case ConvolutionPass::InputGrad:
      return kInputGradAttributes;
    case ConvolutionPass::FilterGrad:
      return kFilterGradAttributes;
    case ConvolutionPass::Forward:
      break;
  }
  return kForwardAttributes;
}

cudnnDataType_t data_type(DType dtype) {
  switch (dtype) {
    case DType::F32:
      return CUDNN_DATA_FLOAT;
    case DType::F64:
      return CUDNN_DATA_DOUBLE;
    case DType::BF16:
      return CUDNN_DATA_BFLOAT16;
    case DType::F16:
      return CUDNN_DATA_HALF;
    default:
      fail(ErrorKind::DType, current_op(), ": no convolution of ", dtype);
  }
}

// What products of a dtype are summed in.
cudnnDataType_t compute_type(DType dtype) {
  return dtype == DType::F64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT;
}

// cuDNN names extents [N,C,H,W] whatever the memory holds; here it holds NHWC.
std::array<int64_t, 4> channels_last_strides(const std::vector<int64_t>& nchw) {
  const int64_t c = nchw[1], h = nchw[2], w = nchw[3];
  return {c * h * w, 1, w * c, c};
}

std::vector<int64_t> output_extents(const ConvolutionCase& of) {
  return {of.n, of.kernels, of.out_h, of.out_w};
}

}  // namespace

ConvolutionGraph::ConvolutionGraph(cudnnHandle_t handle, const ConvolutionCase& of)
    : next_intermediate_(kFirstIntermediate), graph_(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) {
  if (of.has_epilogue()) {
    const Handle product = intermediate(output_extents(of), compute_type(of.dtype));
    add_convolution(of, product);
    add_epilogue(of, product);
  } else {
    add_convolution(of, tensor(kY, output_extents(of), of.dtype));
  }
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
  graph_.set_all(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations_);
  graph_.finalize();
}

ConvolutionGraph::Handle ConvolutionGraph::finished(Descriptor part) {
  part.finalize();
  return parts_.emplace_back(std::move(part)).get();
}

ConvolutionGraph::Handle ConvolutionGraph::tensor(int64_t id, const std::vector<int64_t>& nchw,
                                                  DType dtype) {
  Descriptor part(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  part.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
  part.set(CUDNN_ATTR_TENSOR_DATA_TYPE, data_type(dtype));
  part.set_all(CUDNN_ATTR_TENSOR_DIMENSIONS, nchw);
  part.set_all(CUDNN_ATTR_TENSOR_STRIDES, channels_last_strides(nchw));
  part.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment);
  return finished(std::move(part));
}

ConvolutionGraph::Handle ConvolutionGraph::intermediate(const std::vector<int64_t>& nchw,
                                                        cudnnDataType_t type) {
  Descriptor part(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  part.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, next_intermediate_++);
  part.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
  part.set_all(CUDNN_ATTR_TENSOR_DIMENSIONS, nchw);
  part.set_all(CUDNN_ATTR_TENSOR_STRIDES, channels_last_strides(nchw));
  part.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment);
  part.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
  return finished(std::move(part));
}

void ConvolutionGraph::add_convolution(const ConvolutionCase& of, Handle y) {
  Descriptor window(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  window.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, compute_type(of.dtype));
  window.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
  window.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, int64_t{2});
  window.set_all(CUDNN_ATTR_CONVOLUTION_DILATIONS, std::array{of.dilation_h, of.dilation_w});
  window.set_all(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, std::array{of.stride_h, of.stride_w});
  window.set_all(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, std::array{of.top, of.left});
  window.set_all(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, std::array{of.bottom, of.right});
  const Handle params = finished(std::move(window));
  const Handle x = tensor(kX, {of.n, of.c, of.h, of.w}, of.dtype);
  const Handle w = tensor(kW, {of.kernels, of.c / of.groups, of.kernel_h, of.kernel_w}, of.dtype);

  const PassAttributes& pass = attributes(of.pass);
  Descriptor operation(pass.operation);
  operation.set(pass.alpha, 1.0);
  operation.set(pass.beta, 0.0);
  operation.set(pass.params, params);
  operation.set(pass.x, x);
  operation.set(pass.w, w);
  operation.set(pass.y, y);
  operations_.push_back(finished(std::move(operation)));
}

void ConvolutionGraph::add_epilogue(const ConvolutionCase& of, Handle product) {
  const cudnnDataType_t compute = compute_type(of.dtype);
  // The last of the steps writes y, those before it intermediates.
  int steps = of.residual + of.bias + (of.activation != Activation::None);
  const auto result = [&] {
    return --steps > 0 ? intermediate(output_extents(of), compute)
                       : tensor(kY, output_extents(of), of.dtype);
  };
  Handle value = product;
  if (of.residual) {
    const Handle sum = result();
    add_sum(value, tensor(kResidual, output_extents(of), of.dtype), sum, compute);
    value = sum;
  }
  if (of.bias) {
    const Handle sum = result();
    add_sum(value, tensor(kBias, {1, of.kernels, 1, 1}, of.dtype), sum, compute);
    value = sum;
  }
  if (of.activation != Activation::None) add_activation(value, result(), of.activation, compute);
}

void ConvolutionGraph::add_sum(Handle a, Handle b, Handle result, cudnnDataType_t compute) {
  Descriptor add(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  add.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD);
  add.set(CUDNN_ATTR_POINTWISE_MATH_PREC, compute);
  const Handle mode = finished(std::move(add));
  Descriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, mode);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, a);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, result);
  operations_.push_back(finished(std::move(operation)));
}

void ConvolutionGraph::add_activation(Handle x, Handle y, Activation activation,
                                      cudnnDataType_t compute) {
  Descriptor relu(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  relu.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_RELU_FWD);
  relu.set(CUDNN_ATTR_POINTWISE_MATH_PREC, compute);
  relu.set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_PROPAGATE_NAN);
  if (activation == Activation::Relu6) relu.set(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, 6.0);
  const Handle mode = finished(std::move(relu));
  Descriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, mode);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
  operations_.push_back(finished(std::move(operation)));
}

}  // namespace graft::cuda
