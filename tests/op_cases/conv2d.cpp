// Convolution and its two gradients: stride, dilation, groups, depthwise, uneven padding.
#include "op_cases/op_cases.h"

namespace graft::testing {
namespace {

// One geometry, as the three ops of the family see it.
void add_family(OpCases& rows, const Shape& x, const Shape& w, const Conv2dParams& p,
                bool bias = true) {
  const auto extent = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel,
                         int64_t stride) {
    return (size + padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  const Shape y{
      x[0], extent(x[1], p.padding.top + p.padding.bottom, p.dilation_h, w[1], p.stride_h),
      extent(x[2], p.padding.left + p.padding.right, p.dilation_w, w[2], p.stride_w), w[0]};
  rows.push_back({"conv2d", Shapes{x, w, bias ? Shape{w[0]} : kAbsent}, ConvParams{p}});
  rows.push_back({"conv2d_input_grad", Shapes{y, w}, ConvGradParams{p, x}});
  rows.push_back({"conv2d_filter_grad", Shapes{x, y}, ConvGradParams{p, w}});
}

// The layers a ResNet-18 and a MobileNetV2 spend their time in.
void add_timed(OpCases& rows, const Shape& x, const Shape& w, const Conv2dParams& p) {
  const size_t first = rows.size();
  add_family(rows, x, w, p);
  for (size_t i = first; i < rows.size(); ++i)
    rows[i].checked = false, rows[i].perf = rows[i].shapes;
}

}  // namespace

OpCases conv2d_cases() {
  OpCases rows;
  add_family(rows, {1, 1, 1, 1}, {1, 1, 1, 1}, conv());
  add_family(rows, {2, 5, 7, 3}, {4, 3, 3, 3}, conv(1, 1));
  add_family(rows, {2, 5, 7, 3}, {4, 3, 3, 3}, conv(1, 1), false);
  add_family(rows, {2, 5, 4, 3}, {5, 1, 1, 3}, conv());
  add_family(rows, {1, 7, 6, 2}, {3, 3, 3, 2}, conv(2, 1));
  add_family(rows, {1, 7, 7, 5}, {2, 1, 1, 5}, conv(2));
  add_family(rows, {1, 9, 8, 2}, {3, 3, 3, 2}, conv(1, 2, 2));
  add_family(rows, {2, 5, 5, 4}, {6, 3, 3, 2}, conv(1, 1, 1, 2));  // groups
  add_family(rows, {2, 5, 6, 7}, {7, 3, 3, 1}, conv(1, 1, 1, 7));  // depthwise
  add_family(rows, {1, 6, 5, 5}, {5, 3, 3, 1}, conv(2, 1, 1, 5));  // depthwise, stride 2
  add_family(rows, {1, 5, 5, 3}, {6, 3, 3, 1}, conv(1, 1, 1, 3));  // channel multiplier 2
  add_family(rows, {1, 5, 4, 2}, {3, 5, 2, 2}, conv());            // oblong
  add_family(rows, {1, 9, 11, 3}, {5, 7, 7, 3}, conv(2, 3));       // as a ResNet begins
  add_family(rows, {1, 4, 4, 2}, {3, 3, 3, 2}, conv(3, 0));        // pixels no window reads
  add_family(rows, {2, 6, 7, 3}, {4, 3, 3, 3},                     // TensorFlow's SAME
             {.stride_h = 2, .stride_w = 2, .padding = {.bottom = 1, .left = 1, .right = 1}});
  add_family(rows, {1, 5, 6, 2}, {3, 3, 2, 2},
             {.stride_w = 2, .dilation_h = 2, .padding = {2, 1, 0, 1}});
  add_family(rows, {3, 12, 11, 1}, {6, 5, 5, 1}, conv(1, 2));  // few channels, as LeNet
  add_family(rows, {2, 7, 39, 1}, {7, 3, 4, 1}, conv(1, 1));
  add_family(rows, {2, 6, 21, 1}, {2, 5, 3, 1}, {.padding = {3, 0, 0, 4}});
  add_family(rows, {3, 9, 10, 6}, {16, 5, 5, 6}, conv());
  add_family(rows, {1, 15, 13, 3}, {33, 7, 7, 3}, conv(2, 3));
  add_family(rows, {2, 9, 8, 1}, {17, 3, 3, 1}, conv(1, 1));
  add_family(rows, {2, 8, 19, 5}, {2, 3, 5, 5}, conv(1, 2));
  add_family(rows, {2, 8, 9, 20}, {3, 4, 5, 20}, conv(1, 2));  // towards few columns
  add_family(rows, {1, 10, 9, 4}, {12, 5, 5, 4}, conv(2, 2));
  add_family(rows, {2, 9, 13, 6}, {4, 3, 3, 3}, conv(1, 2, 2, 2));  // and in groups
  add_family(rows, {1, 8, 9, 2}, {3, 3, 4, 2}, {.stride_h = 2, .padding = {1, 0, 3, 0}});
  add_family(rows, {0, 5, 5, 3}, {2, 3, 3, 3}, conv(1, 1));
  add_family(rows, {2, 13, 11, 17}, {37, 3, 3, 17}, conv(1, 1));
  add_family(rows, {2, 9, 6, 20}, {24, 3, 3, 20}, {.padding = {0, 1, 1, 0}});
  add_family(rows, {3, 14, 14, 32}, {48, 1, 1, 32}, conv());
  add_family(rows, {2, 9, 5, 24}, {48, 1, 1, 24}, conv());
  add_family(rows, {2, 17, 13, 35}, {35, 3, 3, 1}, conv(1, 1, 1, 35));
  const ConvParams relu{conv(1, 1), Activation::Relu}, relu6{conv(1, 1), Activation::Relu6};
  rows.push_back({"conv2d", Shapes{{2, 5, 7, 3}, {4, 3, 3, 3}, {4}}, relu});
  rows.push_back({"conv2d", Shapes{{2, 5, 4, 2}, {3, 3, 3, 2}, kAbsent}, relu6});

  add_timed(rows, {32, 224, 224, 3}, {64, 7, 7, 3}, conv(2, 3));
  add_timed(rows, {32, 56, 56, 64}, {64, 3, 3, 64}, conv(1, 1));
  add_timed(rows, {32, 28, 28, 128}, {128, 3, 3, 128}, conv(1, 1));
  add_timed(rows, {32, 14, 14, 256}, {256, 3, 3, 256}, conv(1, 1));
  add_timed(rows, {32, 7, 7, 512}, {512, 3, 3, 512}, conv(1, 1));
  add_timed(rows, {32, 56, 56, 64}, {128, 3, 3, 64}, conv(2, 1));
  add_timed(rows, {32, 56, 56, 64}, {128, 1, 1, 64}, conv(2));
  add_timed(rows, {32, 56, 56, 24}, {144, 1, 1, 24}, conv());
  add_timed(rows, {32, 56, 56, 144}, {144, 3, 3, 1}, conv(1, 1, 1, 144));
  return rows;
}

}  // namespace graft::testing
