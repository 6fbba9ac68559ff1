// Times the rows of the table of cases that carry performance shapes.
#pragma once

#include <string>

#include "op_cases/op_case.h"

namespace graft::bench {

struct Timing {
  std::string op, shapes;
  bool backward = false;
  double seconds = 0;  ///< median of a call
  double flops = 0;    ///< of products (matmul, linear, convolution); 0 for others
  double bytes = 0;    ///< each operand (backward: kept tensor) read once, each result written once
};

/// Forward, f32, and, where the op has one, the gradient towards all operands.
std::vector<Timing> time_case(const testing::OpCase& op_case, double min_seconds);

}  // namespace graft::bench
