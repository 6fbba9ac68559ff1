#include "graft/core/exactness.h"

#include <atomic>

namespace graft {
namespace {
std::atomic<bool> setting{false};
}  // namespace

bool exact() noexcept { return setting.load(std::memory_order_relaxed); }
void set_exact(bool on) noexcept { setting.store(on, std::memory_order_relaxed); }

}  // namespace graft
