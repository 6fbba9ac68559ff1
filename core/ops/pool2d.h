// Pooling over windows of [N,H,W,C], and over the whole image. f32 or f64.
//
// Max pooling differentiates into a gather and a scatter by index, average pooling into its
// gradient, and each of those into its partner: every order of derivative exists.
#pragma once

#include <optional>

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// Windows along an axis of `size` pixels with `before` and `after` added, as PyTorch counts them:
/// rounded down, or up with ceil_mode unless the last window would start beyond image and leading
/// padding. 0 or less if the kernel does not fit.
int64_t pooled_extent(int64_t size, int64_t kernel, int64_t stride, int64_t before, int64_t after,
                      bool ceil_mode);

/// Largest element per window [N,OH,OW,C]; padding never wins, NaN does. The gradient goes to the
/// first maximum. Keeps an i32 index like y. Padding is at most half of the kernel.
Tensor max_pool2d(const Tensor& x, const Pool2dParams& params);
/// y[N,OH,OW,C] = x[N,H,W,C] at index, an i32 h W + w within the same image and channel.
/// On the CPU, Error(Argument) if an index is outside of the image; other devices trust it.
Tensor max_pool2d_gather(const Tensor& x, const Tensor& index);
/// dx [of shape input] at index += g, on zeros. Indices outside: as max_pool2d_gather. Who has the
/// index from max_pool2d gives the parameters as `windows`: pixels are then written beside one
/// another, with the same result, and an index outside of its window may be left out instead.
/// Error(Shape) if g is not of the shape that such windows of `input` have.
Tensor max_pool2d_scatter(const Tensor& g, const Tensor& index, const Shape& input,
                          const std::optional<Pool2dParams>& windows = {});

/// Mean per window. Divides by the window clipped to the padded image (count_padding), or to the
/// image itself.
Tensor avg_pool2d(const Tensor& x, const Pool2dParams& params);
/// dx [of shape input] from g [N,OH,OW,C].
Tensor avg_pool2d_grad(const Tensor& g, const Shape& input, const Pool2dParams& params);

/// Mean over H and W: [N,H,W,C] -> [N,C].
Tensor global_avg_pool2d(const Tensor& x);

}  // namespace graft
