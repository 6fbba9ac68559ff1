// Frozen layers in bf16 for the lifetime of an object.
#pragma once

#include "graft/core/frozen_precision.h"

namespace graft::testing {

class FrozenBf16 {
 public:
  FrozenBf16() { set_frozen_precision(Precision::BF16); }
  ~FrozenBf16() { set_frozen_precision(Precision::Full); }
  FrozenBf16(const FrozenBf16&) = delete;
  FrozenBf16& operator=(const FrozenBf16&) = delete;
};

}  // namespace graft::testing
