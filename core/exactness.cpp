#include "graft/core/exactness.h"

#include <atomic>

namespace graft {
namespace {
std::atomic<bool> exact_setting{false};
std::atomic<bool> tf32_setting{false};
}  // namespace

bool exact() noexcept { return exact_setting.load(std::memory_order_relaxed); }
void set_exact(bool on) noexcept { exact_setting.store(on, std::memory_order_relaxed); }

bool tf32() noexcept { return tf32_setting.load(std::memory_order_relaxed) && !exact(); }
void set_tf32(bool on) noexcept { tf32_setting.store(on, std::memory_order_relaxed); }

}  // namespace graft
