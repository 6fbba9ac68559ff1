#include "graft/core/autocast.h"

#include "graft/core/ops/shape_ops.h"

namespace graft {

thread_local constinit std::optional<DType> AutocastScope::current_;

AutocastScope::AutocastScope(std::optional<DType> type) : outer_(current_) {
  check(!type || *type == DType::BF16 || *type == DType::F16, ErrorKind::DType,
        "autocast: needs bf16 or f16, not ", type.value_or(DType::F32));
  current_ = type;
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
