#include "graft/core/frozen_precision.h"

#include "graft/core/precision_setting.h"

namespace graft {
namespace {
PrecisionSetting setting;
}

Precision frozen_precision() noexcept { return setting.get(); }
void set_frozen_precision(Precision wanted) noexcept { setting.set(wanted); }

const char* to_string(Precision precision) noexcept {
  return precision == Precision::BF16 ? "bf16" : "f32";
}

}  // namespace graft
