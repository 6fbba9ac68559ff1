#include "graft/core/autograd/grad_mode.h"

namespace graft {
namespace {
thread_local bool enabled_here = true;
}

bool grad_enabled() noexcept { return enabled_here; }

GradMode::GradMode(bool enabled) noexcept : outer_(enabled_here) { enabled_here = enabled; }
GradMode::~GradMode() { enabled_here = outer_; }

}  // namespace graft
