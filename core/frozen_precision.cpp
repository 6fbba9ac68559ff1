#include "graft/core/frozen_precision.h"

#include <atomic>

#include "graft/core/exactness.h"

namespace graft {
namespace {
std::atomic<Precision> setting{Precision::Full};
}  // namespace

Precision frozen_precision() noexcept {
  return exact() ? Precision::Full : setting.load(std::memory_order_relaxed);
}
void set_frozen_precision(Precision wanted) noexcept {
  setting.store(wanted, std::memory_order_relaxed);
}

const char* to_string(Precision precision) noexcept {
  return precision == Precision::BF16 ? "bf16" : "f32";
}

}  // namespace graft
