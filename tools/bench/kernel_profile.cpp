#include "graft/tools/bench/kernel_profile.h"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace graft::bench {
namespace {

// Every output of a convolution [N,H,W,Cout] takes a filter [Cout,KH,KW,C].
double conv_flops(const Shape& y, const Shape& filter) {
  return 2.0 * static_cast<double>(y.numel()) * static_cast<double>(filter.numel()) /
         static_cast<double>(filter[0]);
}

// Of x, expand, its bias, depthwise, its bias, project, its bias, residual and y.
double block_flops(std::span<const Shape> operands) {
  const Shape &x = operands[0], &depthwise = operands[3], &y = operands.back();
  const auto hidden = static_cast<double>(depthwise[0]);
  const double pixels = static_cast<double>(y.numel()) / static_cast<double>(y.at(-1));
  const double expand = operands[1].rank() == 0 ? 0 : static_cast<double>(x.numel()) * hidden;
  return 2 * (expand + pixels * static_cast<double>(depthwise.numel()) +
              static_cast<double>(y.numel()) * hidden);
}

double flops_of(std::string_view kernel, std::span<const Shape> operands) {
  if (kernel == "conv2d_forward") return conv_flops(operands[4], operands[1]);
  if (kernel == "conv2d_input_grad") return conv_flops(operands[0], operands[1]);
  if (kernel == "conv2d_filter_grad") return conv_flops(operands[1], operands[2]);
  if (kernel == "inverted_residual") return block_flops(operands);
  if (kernel != "linear" && kernel != "gemm" && kernel != "linear_weight_grad") return 0;
  // Each element of A meets a row of C.
  const Shape& c = kernel == "linear_weight_grad" ? operands[2] : operands.back();
  return 2.0 * static_cast<double>(operands[0].numel()) * static_cast<double>(c.at(-1));
}

std::string text_of(std::span<const Shape> operands) {
  std::ostringstream text;
  const char* between = "";
  for (const Shape& shape : operands) {
    if (shape.rank() == 0) continue;
    text << between << shape;
    between = " ";
  }
  return text.str();
}

std::vector<KernelUse> longest_first(const std::map<std::string, KernelUse>& uses) {
  std::vector<KernelUse> list;
  for (const auto& [key, use] : uses) list.push_back(use);
  std::stable_sort(list.begin(), list.end(),
                   [](const KernelUse& a, const KernelUse& b) { return a.seconds > b.seconds; });
  return list;
}

}  // namespace

void KernelProfile::on_kernel(const KernelCall& call) {
  const std::string shapes = text_of(call.operands);
  KernelUse& use = uses_[std::string(call.kernel) + ' ' + shapes];
  use.kernel = call.kernel;
  use.shapes = shapes;
  ++use.calls;
  use.seconds += call.seconds;
  use.flops += flops_of(call.kernel, call.operands);
  use.bytes += static_cast<double>(call.bytes);
}

std::vector<KernelUse> KernelProfile::uses() const { return longest_first(uses_); }

std::vector<KernelUse> KernelProfile::totals() const {
  std::map<std::string, KernelUse> totals;
  for (const auto& [key, use] : uses_) {
    KernelUse& total = totals[use.kernel];
    total.kernel = use.kernel;
    total.calls += use.calls;
    total.seconds += use.seconds;
    total.flops += use.flops;
    total.bytes += use.bytes;
  }
  return longest_first(totals);
}

}  // namespace graft::bench
