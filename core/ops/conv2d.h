// Two-dimensional cross-correlation, NHWC, and its gradients: a family closed under
// differentiation.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/ops/channel_moments.h"
#include "graft/core/tensor.h"

namespace graft {

/// x [N,H,W,Cin], weight [Cout,KH,KW,Cin/groups], bias [Cout] or none -> [N,OH,OW,Cout] with
/// OH = (H + top + bottom - dilation_h (KH - 1) - 1) / stride_h + 1. Depthwise is groups == Cin.
/// The activation is applied before y is stored; then y is kept for the gradient. `moments`, if not
/// null, become those of y.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dParams& params,
              Activation activation = Activation::None, ChannelMoments* moments = nullptr);

/// act(conv2d + residual) in one pass, the epilogue applied while the tile is in registers. Records
/// no graph: Error(Autograd) if an operand wants a gradient while recording. With Precision::BF16
/// (f32 operands, else Error(DType)) x and weight are rounded to bf16 before they are multiplied,
/// where the device gains by it; each element's sum is the f32 one of the rounded numbers.
Tensor conv2d_fused(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const Conv2dParams& params, const Tensor& residual, Activation activation,
                    Precision precision = Precision::Full);

/// Shape of conv2d's result; Error naming `op` if the operands do not fit.
Shape conv2d_output_shape(const char* op, const Shape& x, const Shape& weight,
                          const Conv2dParams& params);

/// Gradient towards x of shape `input`, and towards the weight of shape `filter`; both are ops.
Tensor conv2d_input_grad(const Tensor& dy, const Tensor& weight, const Shape& input,
                         const Conv2dParams& params);
Tensor conv2d_filter_grad(const Tensor& x, const Tensor& dy, const Shape& filter,
                          const Conv2dParams& params);

/// TensorFlow's SAME: ceil(size / stride) windows, the odd zero after. Kernel and stride as in
/// `params` (whose padding is ignored).
Padding2d same_padding(int64_t height, int64_t width, int64_t kernel_h, int64_t kernel_w,
                       const Conv2dParams& params);

}  // namespace graft
