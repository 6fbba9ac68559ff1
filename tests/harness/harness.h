// for case, layout, dtype: check. The one walker over an op's cases.
#pragma once

#include "graft/core/op_table.h"
#include "harness/report.h"
#include "op_cases/op_case.h"
#include "op_reference/reference.h"

namespace graft::testing {

/// Every check of one op over the given cases, on guarded host memory.
Report check_op(const OpRow& row, const OpCases& cases, const Reference& reference,
                Device device = {});

}  // namespace graft::testing
