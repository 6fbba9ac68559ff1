#include "graft/core/numerics.h"

#include <atomic>

namespace graft {
namespace {
std::atomic<Numerics> setting{Numerics{}};
static_assert(decltype(setting)::is_always_lock_free);
}  // namespace

Numerics numerics() noexcept { return setting.load(std::memory_order_relaxed); }

void set_numerics(Numerics wanted) noexcept {
  setting.store(wanted.exact ? Numerics{.exact = true} : wanted, std::memory_order_relaxed);
}

const char* to_string(Precision precision) noexcept {
  return precision == Precision::BF16 ? "bf16" : "f32";
}

}  // namespace graft
