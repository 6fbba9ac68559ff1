// The operand names of an op's row, taken apart.
#pragma once

#include <string>
#include <vector>

#include "graft/core/op_table.h"

namespace graft::testing {

struct Operand {
  std::string name;
  bool optional = false;  ///< may be left out ('?')
  bool constant = false;  ///< never wants a gradient (':')
};

/// One entry for each of `count` operands of a call; a name that ends in '*' takes as many as are
/// left. Throws Error(Internal) if the row does not take `count` operands.
std::vector<Operand> operands_of(const OpRow& row, size_t count);

/// Bytes that the row says are kept for backward when the operands of `mask` want gradients.
size_t stated_bytes(const OpRow& row, uint32_t mask, const OpParams& params,
                    const std::vector<Tensor>& operands, const Tensor& result);

}  // namespace graft::testing
