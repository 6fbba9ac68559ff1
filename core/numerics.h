// How exactly the process computes: its one set of choices between accuracy and cost.
#pragma once

#include "graft/core/op_params.h"

namespace graft {

/// Every choice but autocast's (core/autocast.h), which is a thread's.
struct Numerics {
  /// Every sum is taken as it is written, term by term, and nothing below rounds. Without it a
  /// kernel may also choose in f32 an algorithm with a larger, stated error bound (Winograd's
  /// convolution). f64 is always exact in this sense.
  bool exact = false;
  /// GPUs may round the factors of f32 products and convolutions to TF32, 10 bits after the point.
  bool tf32 = false;
  /// What convolutions of frozen layers round their factors to where nothing is recorded for a
  /// gradient; a block of several that runs as one kernel (MobileNetV2's) stays in f32.
  Precision frozen = Precision::Full;
  /// What convolutions, dense layers and norms round a computed f32 operand or result to when they
  /// keep it for backward; the forward pass is not touched. Never parameters, pictures or other
  /// leaves: those live anyway.
  Precision kept = Precision::Full;

  friend bool operator==(const Numerics&, const Numerics&) = default;
};

/// Numerics{} at the start. From any thread.
Numerics numerics() noexcept;
/// With `exact` all other members are as at the start, whatever is given. Not while kernels run.
void set_numerics(Numerics wanted) noexcept;

/// "f32", "bf16".
const char* to_string(Precision precision) noexcept;

}  // namespace graft
