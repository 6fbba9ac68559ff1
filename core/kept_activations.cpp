#include "graft/core/kept_activations.h"

#include <atomic>

#include "graft/core/exactness.h"

namespace graft {
namespace {
std::atomic<Precision> setting{Precision::Full};
}  // namespace

Precision kept_activations() noexcept {
  return exact() ? Precision::Full : setting.load(std::memory_order_relaxed);
}
void set_kept_activations(Precision wanted) noexcept {
  setting.store(wanted, std::memory_order_relaxed);
}

}  // namespace graft
