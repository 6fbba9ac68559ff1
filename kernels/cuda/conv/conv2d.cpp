#include "graft/kernels/cuda/activate_in_place.h"
#include "graft/kernels/cuda/conv/convolution_case.h"
#include "graft/kernels/cuda/conv/implicit_product.h"
#include "graft/kernels/cuda/dnn/convolution.h"
#include "graft/kernels/cuda/kernels.h"
#include "graft/kernels/cuda/library_operand.h"

namespace graft::cuda {
namespace {

const void* dense(const KernelCtx& ctx, const ConstView& x) { return library_operand(ctx, x).data; }

// Of no pictures, say, a filter's gradient is zeros; cuDNN knows no extent of 0.
bool library_convolution(const KernelCtx& ctx, const ConvolutionCase& of, const void* x,
                         const void* w, const void* bias, const void* residual, const void* y) {
  return !of.has_empty_operand() && dnn_convolution(ctx, of, x, w, bias, residual, y);
}

void run_gradient(const KernelCtx& ctx, const ConvolutionCase& of, const void* x, const void* w,
                  const void* dy) {
  if (library_convolution(ctx, of, x, w, nullptr, nullptr, dy)) return;
  implicit_convolution(ctx, of, x, w, nullptr, nullptr, dy);
}

void run_forward(const KernelCtx& ctx, const ConvolutionCase& of, const void* x, const void* w,
                 const void* bias, const void* residual, const View& y) {
  ConvolutionCase part = of;
  // Clipped, a sum would be left to cuDNN's one general engine, which uses no tensor cores.
  if (of.activation == Activation::Relu6) part.activation = Activation::None;
  if (!library_convolution(ctx, part, x, w, bias, residual, y.data))
    implicit_convolution(ctx, of, x, w, bias, residual, y.data);
  else if (part.activation != of.activation)
    activate_in_place(ctx, y, of.activation);
}

}  // namespace

void conv2d_forward(const KernelCtx& ctx, ConstView x, ConstView w, ConstView bias,
                    ConstView residual, Activation activation, View y, const Conv2dParams& params,
                    Precision precision, View mean, View variance) {
  ConvolutionCase of =
      convolution_case(ConvolutionPass::Forward, ctx.stream.device, x, w, y, params);
  of.bias = static_cast<bool>(bias);
  of.residual = static_cast<bool>(residual);
  of.activation = activation;
  // TF32 keeps more of the factors than was asked for.
  of.tf32 |= precision == Precision::BF16 && !mean;
  if (y.numel() > 0)
    run_forward(ctx, of, dense(ctx, x), dense(ctx, w), dense(ctx, bias), dense(ctx, residual), y);
  if (mean) batch_norm_stats(ctx, y, mean, variance);
}

void conv2d_input_grad(const KernelCtx& ctx, ConstView dy, ConstView w, View dx,
                       const Conv2dParams& params) {
  const ConvolutionCase of =
      convolution_case(ConvolutionPass::InputGrad, ctx.stream.device, dx, w, dy, params);
  if (dx.numel() == 0) return;
  run_gradient(ctx, of, dx.data, dense(ctx, w), dense(ctx, dy));
}

void conv2d_filter_grad(const KernelCtx& ctx, ConstView x, ConstView dy, View dw,
                        const Conv2dParams& params) {
  const ConvolutionCase of =
      convolution_case(ConvolutionPass::FilterGrad, ctx.stream.device, x, dw, dy, params);
  if (dw.numel() == 0) return;
  run_gradient(ctx, of, dense(ctx, x), dw.data, dense(ctx, dy));
}

}  // namespace graft::cuda
