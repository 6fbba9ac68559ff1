// Convolution as correlations of dense NHWC images (product/correlation.h).
#pragma once

#include "graft/core/view.h"
#include "graft/kernels/cpu/product/correlation.h"

namespace graft::cpu {

inline ImageStrides dense_strides(const Shape& image) {
  return {image[1] * image[2] * image[3], image[2] * image[3], image[3]};
}

/// One filter for each channel.
inline bool is_depthwise(const Shape& filter, const Conv2dParams& params) {
  return params.groups > 1 && filter[0] == params.groups && filter[3] == 1;
}

/// Has a window's axis one distance between all neighbours?
bool evenly_spaced(const std::vector<int64_t>& window);

/// x [N,H,W,C] with filter [Cout,KH,KW,C/groups] to y; B's order is that of a filter's elements.
Correlation forward_correlation(const Shape& x, const Shape& filter, const Shape& y,
                                const Conv2dParams& params);

/// Output pixels of the input gradient that share their distance to a window, in each axis modulo
/// the stride: of dy they see a plain correlation with some of the taps.
struct GradientPhase {
  Correlation correlation;              ///< from dy to these pixels of dx
  int64_t row = 0, col = 0;             ///< of its first pixel in dx
  std::vector<int64_t> taps_h, taps_w;  ///< filter rows and columns, in the order of the window
};
std::vector<GradientPhase> input_grad_phases(const Shape& dx, const Shape& filter, const Shape& dy,
                                             const Conv2dParams& params);

}  // namespace graft::cpu
