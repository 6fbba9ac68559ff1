#include "op_cases/op_case.h"

#include <sstream>

namespace graft::testing {

std::string to_string(const OpCase& op_case) {
  std::ostringstream out;
  out << op_case.op;
  for (const Shape& shape : op_case.shapes) {
    out << ' ';
    if (shape == kAbsent)
      out << '-';
    else
      out << shape;
  }
  return out.str();
}

Pool2dParams pool(int64_t size, int64_t stride, int64_t padding) {
  return {.kernel_h = size,
          .kernel_w = size,
          .stride_h = stride,
          .stride_w = stride,
          .padding = symmetric_padding(padding)};
}

Conv2dParams conv(int64_t stride, int64_t padding, int64_t dilation, int64_t groups) {
  return {.stride_h = stride,
          .stride_w = stride,
          .dilation_h = dilation,
          .dilation_w = dilation,
          .groups = groups,
          .padding = symmetric_padding(padding)};
}

}  // namespace graft::testing
