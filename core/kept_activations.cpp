#include "graft/core/kept_activations.h"

#include "graft/core/precision_setting.h"

namespace graft {
namespace {
PrecisionSetting setting;
}

Precision kept_activations() noexcept { return setting.get(); }
void set_kept_activations(Precision wanted) noexcept { setting.set(wanted); }

}  // namespace graft
