// Says in a few lines why a weight file does not fit a model, and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "graft/core/named_tensor.h"
#include "graft/transfer/state.h"

namespace graft::transfer {

/// The text of load_state()'s error: counts with a few examples, the likely cause, the remedy.
/// `file_names` are those of the file after any prefix was stripped.
std::string diagnose(const LoadReport& report, const std::vector<NamedTensor>& model,
                     const std::vector<std::string>& file_names);

}  // namespace graft::transfer
