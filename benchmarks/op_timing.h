// Times the rows of the table of cases that carry performance shapes.
#pragma once

#include <string>

#include "graft/benchmarks/timing.h"
#include "op_cases/op_case.h"

namespace graft::bench {

struct Timing {
  std::string op, shapes;
  bool backward = false;
  double seconds = 0;  ///< median of a call
  double flops = 0;    ///< of products (matmul, linear, convolution); 0 for others
  double bytes = 0;    ///< each operand (backward: kept tensor) read once, each result written once
};

/// Forward, f32, as in evaluation: the weight of a layer stays packed from call to call. And,
/// unless `forward_only`, towards all operands where the op has a gradient.
std::vector<Timing> time_case(const testing::OpCase& op_case, bool forward_only, const Repeat& how);

}  // namespace graft::bench
