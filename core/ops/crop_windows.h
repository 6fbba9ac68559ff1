// Windows cut out of pictures, some of them mirrored: what random variation leaves to do once
// pictures lie ready.
#pragma once

#include "graft/core/size2d.h"
#include "graft/core/tensor.h"

namespace graft {

/// pictures [M,H,W,C] of any type, places i64 [N,4] -> [N,h,w,C]: result i shows picture
/// places[i,0] from row places[i,1] and column places[i,2] on, left to right mirrored if
/// places[i,3] is 1. Error(Shape) unless 0 < h <= H and 0 < w <= W; Error(Argument) for a place
/// that leaves the pictures, where places are on the CPU. Not differentiable.
Tensor crop_windows(const Tensor& pictures, const Tensor& places, const Size2d& window);

}  // namespace graft
