#include "graft/core/autocast.h"

#include "graft/core/numerics.h"
#include "graft/core/ops/cast.h"

namespace graft {
namespace {

void check_type(DType type) {
  check(type == DType::F32 || type == DType::BF16 || type == DType::F16, ErrorKind::DType,
        "autocast: needs f32, bf16 or f16, not ", type);
}

}  // namespace

thread_local constinit std::optional<DType> AutocastScope::current_;

AutocastScope::AutocastScope(std::optional<DType> type) : outer_(current_) {
  const DType wanted = type.value_or(DType::F32);
  check_type(wanted);
  current_ = wanted == DType::F32 ? std::nullopt : type;
}

void check_autocast(DType type, Device device) {
  check_type(type);
  if (type == DType::F32) return;
  check(device.type != DeviceType::Cpu, ErrorKind::Device, "autocast: ", type,
        " needs a GPU: kernels of the CPU compute in f32 and f64");
  check(!numerics().exact, ErrorKind::Argument, "autocast: ", type,
        " rounds, which exact numerics forbid");
}

Tensor autocast_narrow(const Tensor& x) {
  const std::optional<DType> type = AutocastScope::current();
  const bool applies =
      type && x.defined() && x.dtype() == DType::F32 && x.device().type != DeviceType::Cpu;
  return applies ? cast(x, *type) : x;
}

Tensor autocast_widen(const Tensor& x) {
  const bool half = x.dtype() == DType::BF16 || x.dtype() == DType::F16;
  return AutocastScope::current() && half ? cast(x, DType::F32) : x;
}

}  // namespace graft
