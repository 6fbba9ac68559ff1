// The block of MobileNetV2 (Sandler et al., CVPR 2018) for inference.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// Operands of a convolution whose normalisation is folded in; the bias may be absent.
struct FoldedConv {
  Tensor weight, bias;
};

/// project(act(depthwise(act(expand(x))))) + residual: three times conv2d_fused with the same bits,
/// but what lies between them is never whole in memory. x [N,H,W,Cin]; expand [C,1,1,Cin], absent
/// where C = Cin; depthwise [C,KH,KW,1] with `params`, whose groups are C; project [Cout,1,1,C];
/// residual like the result [N,OH,OW,Cout], or absent. Records no graph: Error(Autograd) if an
/// operand wants a gradient while recording.
Tensor inverted_residual_fused(const Tensor& x, const FoldedConv& expand,
                               const FoldedConv& depthwise, const Conv2dParams& params,
                               const FoldedConv& project, const Tensor& residual,
                               Activation activation);

}  // namespace graft
