// What identifies a convolution: all that the choice of its algorithm depends on.
#pragma once

#include <compare>
#include <cstdint>

#include "graft/core/device.h"
#include "graft/core/op_params.h"
#include "graft/core/view.h"

namespace graft::cuda {

enum class ConvolutionPass : uint8_t { Forward, InputGrad, FilterGrad };

/// Everything that a plan depends on. x[N,H,W,C], w[K,KH,KW,C/groups], y[N,OH,OW,K]; the epilogue
/// y = act(conv + residual + bias) is of the forward pass only.
struct ConvolutionCase {
  ConvolutionPass pass = ConvolutionPass::Forward;
  DType dtype = DType::F32;
  int device = 0;
  int64_t n = 0, h = 0, w = 0, c = 0;
  int64_t kernels = 0, kernel_h = 0, kernel_w = 0, out_h = 0, out_w = 0;
  int64_t groups = 1;
  int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  bool bias = false, residual = false;
  Activation activation = Activation::None;
  bool tf32 = false;   ///< f32 products may round their factors to TF32
  bool exact = false;  ///< no Winograd, no FFT
  friend auto operator<=>(const ConvolutionCase&, const ConvolutionCase&) = default;

  bool has_epilogue() const { return bias || residual || activation != Activation::None; }
  /// Whether x, w or y has no elements.
  bool has_empty_operand() const {
    return n * h * w * c == 0 || kernels * kernel_h * kernel_w == 0 || out_h * out_w == 0;
  }
};

/// The case of given operands, without epilogue.
ConvolutionCase convolution_case(ConvolutionPass pass, Device device, const ConstView& x,
                                 const ConstView& w, const ConstView& y,
                                 const Conv2dParams& params);

}  // namespace graft::cuda
