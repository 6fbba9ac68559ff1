// What Winograd's convolution may be off by.
#pragma once

#include <cmath>
#include <string_view>

#include "graft/core/op_table.h"

namespace graft::testing {

enum class ConvPass { Forward, InputGrad, FilterGrad };

/// Whether the CPU computes this pass of an f32 convolution of x [N,H,W,C] with w [Cout,KH,KW,C] by
/// Winograd's algorithm.
bool takes_winograd(ConvPass pass, const Shape& x, const Shape& w, const Conv2dParams& params);
/// The same for a call of conv2d, conv2d_input_grad or conv2d_filter_grad; false for other ops.
bool takes_winograd(std::string_view op, const std::vector<Shape>& operands,
                    const OpParams& params);
/// Whether any pass of the convolution that such a call belongs to, and so perhaps one of the
/// call's gradients, is computed so.
bool gradients_take_winograd(std::string_view op, const std::vector<Shape>& operands,
                             const OpParams& params);

/// The bound that kernels/cpu/winograd/transforms.h states, for a sum of `terms` products whose
/// magnitudes add up to at most `largest_sum` anywhere in the result.
inline double winograd_tolerance(double terms, double largest_sum) {
  return 4 * (8 + std::sqrt(terms)) * 0x1p-24 * largest_sum;
}

}  // namespace graft::testing
