// In which precision frozen layers multiply.
#pragma once

#include "graft/core/op_params.h"

namespace graft {

/// What convolutions of frozen layers round their factors to where nothing is recorded for a
/// gradient; Full at the start, and while exact() is on. One setting for the process; not while
/// kernels run.
Precision frozen_precision() noexcept;
void set_frozen_precision(Precision wanted) noexcept;

/// "f32", "bf16".
const char* to_string(Precision precision) noexcept;

}  // namespace graft
