#include "op_cases/op_cases.h"

namespace graft::testing {

const OpCases& all_op_cases() {
  static const OpCases rows = [] {
    OpCases all;
    for (const auto family :
         {unary_cases, binary_cases, reduce_cases, shape_cases, matmul_cases, conv2d_cases,
          pool2d_cases, batch_norm_cases, conv_norm_cases, layer_norm_cases, softmax_cases,
          loss_cases, dropout_cases, window_cases})
      for (OpCase& row : family()) all.push_back(std::move(row));
    return all;
  }();
  return rows;
}

OpCases cases_of(std::string_view op) {
  OpCases found;
  for (const OpCase& row : all_op_cases())
    if (row.op == op) found.push_back(row);
  return found;
}

}  // namespace graft::testing
