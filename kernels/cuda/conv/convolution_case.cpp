#include "graft/kernels/cuda/conv/convolution_case.h"

#include "graft/kernels/cuda/backend/host.h"

namespace graft::cuda {

ConvolutionCase convolution_case(ConvolutionPass pass, Device device, const ConstView& x,
                                 const ConstView& w, const ConstView& y,
                                 const Conv2dParams& params) {
  ConvolutionCase of;
  of.pass = pass;
  of.dtype = x.dtype;
  of.device = device.index;
  of.n = x.dim(0), of.h = x.dim(1), of.w = x.dim(2), of.c = x.dim(3);
  of.kernels = w.dim(0), of.kernel_h = w.dim(1), of.kernel_w = w.dim(2);
  of.out_h = y.dim(1), of.out_w = y.dim(2);
  of.groups = params.groups;
  of.stride_h = params.stride_h, of.stride_w = params.stride_w;
  of.dilation_h = params.dilation_h, of.dilation_w = params.dilation_w;
  of.top = params.padding.top, of.bottom = params.padding.bottom;
  of.left = params.padding.left, of.right = params.padding.right;
  of.tf32 = numerics().tf32;
  of.exact = numerics().exact;
  return of;
}

}  // namespace graft::cuda
