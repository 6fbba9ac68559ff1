// for case, layout, dtype: check. The one walker over an op's cases.
#pragma once

#include "graft/core/op_table.h"
#include "harness/report.h"
#include "op_cases/op_case.h"
#include "op_reference/reference.h"

namespace graft::tests {

/// Every check of one op over the given cases. On the CPU it should run under a GuardedAllocator,
/// whose findings it adds to the report.
Report check_op(const OpRow& row, const OpCases& cases, const Reference& reference,
                Device device = {});

/// Whether tensors can be made on the device.
bool available(Device device);

}  // namespace graft::tests
