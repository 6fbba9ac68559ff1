#include "graft/core/ops/conv2d_batch_norm.h"

#include "graft/core/ops/conv2d.h"

namespace graft {

Tensor conv2d_batch_norm_train(const Tensor& x, const Tensor& weight, const Tensor& gamma,
                               const Tensor& beta, const Tensor& running_mean,
                               const Tensor& running_var, const Conv2dParams& conv,
                               const BatchNormParams& norm, const Tensor& residual) {
  const char* const op = "conv2d_batch_norm_train";
  const Shape shape = conv2d_output_shape(op, x.shape(), weight.shape(), conv);
  check(shape[0] * shape[1] * shape[2] > 1, ErrorKind::Shape, op,
        ": needs more than one value per channel, but the convolution's result is ", shape);
  ChannelMoments moments;
  const Tensor y = conv2d(x, weight, {}, conv, Activation::None, &moments);
  return batch_norm_train(y, gamma, beta, running_mean, running_var, norm, residual, &moments);
}

}  // namespace graft
