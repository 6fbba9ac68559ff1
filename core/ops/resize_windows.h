// Windows of pictures, resized, some of them mirrored, as numbers for a network: what random
// variation leaves to do once pictures lie ready.
#pragma once

#include "graft/core/op_params.h"
#include "graft/core/tensor.h"

namespace graft {

/// pixels u8 [P,C], windows i64 [N,5], values [256,C] -> [N,h,w,C] of the type of values. A window
/// is the pixel it begins with, how many pixels further on its next row begins, its height and
/// width, and 1 if the result is to be mirrored left to right, else 0. It is resized as resample.h
/// says, first along rows, with bytes in between; a byte b of channel c becomes values[b,c].
/// Error(Shape); Error(Argument) for a window that is larger than params.largest or leaves the
/// pixels, where windows are on the CPU. Not differentiable.
Tensor resize_windows(const Tensor& pixels, const Tensor& windows, const Tensor& values,
                      const ResizeWindowsParams& params);

}  // namespace graft
