// The table of operations as a page of documentation (docs/ops.md).
#pragma once

#include <string>

namespace graft::testing {

/// Markdown: every op with its operands and what it keeps for each pattern of wanted gradients.
std::string op_document();

}  // namespace graft::testing
