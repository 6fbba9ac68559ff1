// The table of cases: every row of every family.
#pragma once

#include "op_cases/op_case.h"

namespace graft::testing {

OpCases unary_cases();
OpCases binary_cases();
OpCases reduce_cases();
OpCases shape_cases();
OpCases matmul_cases();
OpCases conv2d_cases();
OpCases pool2d_cases();
OpCases batch_norm_cases();
OpCases conv_norm_cases();
OpCases layer_norm_cases();
OpCases softmax_cases();
OpCases loss_cases();
OpCases dropout_cases();
OpCases window_cases();

const OpCases& all_op_cases();
/// The rows of one op; empty if there is none.
OpCases cases_of(std::string_view op);

}  // namespace graft::testing
