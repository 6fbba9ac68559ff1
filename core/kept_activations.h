// In which precision results are kept for the backward pass.
#pragma once

#include "graft/core/op_params.h"

namespace graft {

/// What convolutions, dense layers and norms round a computed f32 operand or result to when they
/// keep it for backward; the forward pass is not touched. Never parameters, pictures or other
/// leaves: those live anyway. Full at the start, and while exact() is on. One setting for the
/// process.
Precision kept_activations() noexcept;
void set_kept_activations(Precision wanted) noexcept;

}  // namespace graft
