#include "op_reference/reference.h"

#include <algorithm>

namespace graft::testing {

const Reference* find_reference(std::string_view op) {
  static const std::vector<Reference> all = [] {
    std::vector<Reference> rows;
    for (const auto family :
         {elementwise_references, reduce_references, shape_references, product_references,
          pool2d_references, conv_norm_references, row_references, window_references})
      for (Reference& row : family()) rows.push_back(row);
    return rows;
  }();
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.op == op; });
  return it == all.end() ? nullptr : &*it;
}

std::string missing_reference(std::string_view op) {
  return std::string(op) +
         ": no plain loops to check against; add them to tests/op_reference/elementwise.cpp, or to "
         "the neighbour whose ops are of the same kind";
}

int64_t reduced_terms(const std::vector<Shape>& operands, const Shape& result, const OpParams&) {
  return operands[0].numel() / std::max<int64_t>(1, result.numel());
}

double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::Relu:
      return std::max(x, 0.0);
    case Activation::Relu6:
      return std::clamp(x, 0.0, 6.0);
    default:
      return x;
  }
}

}  // namespace graft::testing
