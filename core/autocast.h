// Mixed precision: which operations take their operands rounded to a half type, and which widen
// theirs.
//
//   products (conv2d, linear, matmul, and     operands rounded to the scope's type
//   those of frozen layers)
//   softmax, log_softmax, cross_entropy       operands widened to f32
//   everything else                           in the type its operands have
//
// Parameters stay f32: they are rounded at each use, and their gradients come back as f32.
// Micikevicius et al., "Mixed precision training", ICLR 2018.
#pragma once

#include <optional>
#include <tuple>

#include "graft/core/tensor.h"

namespace graft {

/// Mixed precision of this thread for the lifetime of the object. Nests; none or f32 turns it off.
/// Error(DType) unless f32, bf16 or f16. It changes operands on GPUs only: the CPU's kernels have
/// no half types.
class AutocastScope {
 public:
  explicit AutocastScope(std::optional<DType> type);
  ~AutocastScope() { current_ = outer_; }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

  /// The type of the innermost scope, bf16 or f16.
  static std::optional<DType> current() noexcept { return current_; }

 private:
  static thread_local constinit std::optional<DType> current_;
  std::optional<DType> outer_;
};

/// Error(DType) unless a network on `device` can run under AutocastScope(type): Error(Device) on
/// the CPU, Error(Argument) while exact numerics forbid to round. f32 can run anywhere.
void check_autocast(DType type, Device device);

/// `x` as a product takes it: rounded if it is f32, on a GPU and under a scope; else `x` itself. An
/// undefined tensor stays so. Differentiable.
Tensor autocast_narrow(const Tensor& x);
/// op(operands...), each as autocast_narrow() gives it, with mixed precision off below.
template <class Op, class... Operands>
Tensor run_narrow(const Op& op, const Operands&... operands) {
  const std::tuple narrowed{autocast_narrow(operands)...};
  const AutocastScope off({});
  return std::apply(op, narrowed);
}
/// `x` as a reduction over exponentials takes it: widened to f32 if it is of a half type under a
/// scope; else `x` itself.
Tensor autocast_widen(const Tensor& x);

}  // namespace graft
