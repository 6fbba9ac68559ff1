// Convolution and batch normalisation on the batch's statistics, as one: every form of convolution
// that networks normalise, with and without fused residual and activation.
#include "op_cases/op_cases.h"

namespace graft::testing {

OpCases conv_norm_cases() {
  const BatchNormParams plain, relu{.activation = Activation::Relu},
      relu6{.activation = Activation::Relu6}, large_eps{.eps = 0.5};
  OpCases rows;
  const auto add = [&](const Shape& x, const Shape& w, const Conv2dParams& conv,
                       const BatchNormParams& norm, const Shape& residual = kAbsent,
                       const auto&... options) {
    rows.push_back({"conv2d_batch_norm_train", Shapes{x, w, {w[0]}, {w[0]}, residual},
                    ConvNormParams{conv, norm}, options...});
  };
  add({2, 5, 7, 3}, {4, 3, 3, 3}, conv(1, 1), plain);
  add({2, 5, 7, 3}, {4, 3, 3, 3}, conv(1, 1), relu);
  add({2, 5, 7, 3}, {4, 3, 3, 3}, conv(1, 1), relu6, {2, 5, 7, 4});
  add({2, 5, 4, 3}, {5, 1, 1, 3}, conv(), plain, {2, 5, 4, 5});
  add({3, 7, 6, 4}, {6, 1, 1, 4}, conv(2), relu);
  add({3, 9, 8, 5}, {5, 3, 3, 1}, conv(1, 1, 1, 5), relu6);  // depthwise
  add({2, 9, 8, 5}, {5, 3, 3, 1}, conv(2, 1, 1, 5), plain);
  add({2, 7, 5, 4}, {6, 3, 3, 2}, conv(1, 1, 1, 2), relu);   // groups
  add({2, 13, 11, 3}, {5, 7, 7, 3}, conv(2, 3), relu);       // as a ResNet begins
  add({3, 12, 11, 1}, {6, 5, 5, 1}, conv(1, 2), plain);      // one channel
  add({2, 8, 9, 20}, {3, 4, 5, 20}, conv(1, 2), large_eps);  // towards few columns
  add({32, 56, 56, 64}, {64, 3, 3, 64}, conv(1, 1), relu, kAbsent, TimedOnly{});
  add({32, 56, 56, 24}, {144, 1, 1, 24}, conv(), relu6, kAbsent, TimedOnly{});
  add({32, 56, 56, 144}, {144, 3, 3, 1}, conv(1, 1, 1, 144), relu6, kAbsent, TimedOnly{});
  return rows;
}

}  // namespace graft::testing
