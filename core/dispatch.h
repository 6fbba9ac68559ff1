// Runs a kernel slot on tensors: they become views, stream and workspace are added, and the device
// is that of the first tensor.
#pragma once

#include <array>
#include <chrono>
#include <type_traits>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/kernel_slots.h"
#include "graft/core/kernel_trace.h"
#include "graft/core/op_scope.h"
#include "graft/core/stream.h"
#include "graft/core/tensor.h"

namespace graft {

/// An undefined tensor becomes an absent view. Of an operand that is being trained no forms are
/// kept: it is about to change.
inline ConstView const_view(const Tensor& t) {
  if (!t.defined()) return {};
  const bool trained = grad_enabled() && t.requires_grad();
  return {t.raw_data(), t.shape(), t.strides(), t.dtype(),
          trained ? nullptr : t.storage().kept_forms()};
}
inline View mutable_view(const Tensor& t) {
  return t.defined() ? View{{t.raw_data(), t.shape(), t.strides(), t.dtype()}} : View{};
}

namespace detail {

template <class Arg, class Given>
decltype(auto) kernel_operand(const Given& given) {
  if constexpr (std::is_same_v<Arg, ConstView> && std::is_same_v<Given, Tensor>) {
    return const_view(given);
  } else if constexpr (std::is_same_v<Arg, View> && std::is_same_v<Given, Tensor>) {
    return mutable_view(given);
  } else {
    return static_cast<Arg>(given);
  }
}

// Device of the operands; Error(Device) if two defined tensors disagree.
template <class... Given>
Device common_device(const char* kernel, const Given&... given) {
  const Tensor* first = nullptr;
  const auto visit = [&](const auto& operand) {
    if constexpr (std::is_same_v<std::decay_t<decltype(operand)>, Tensor>) {
      if (!operand.defined()) return;
      if (!first) first = &operand;
      check(operand.device() == first->device(), ErrorKind::Device, kernel, ": operands on ",
            first->device(), " and ", operand.device());
    }
  };
  (visit(given), ...);
  return first ? first->device() : Device{};
}

// Runs `work` and tells `trace` of it.
template <class Work, class... Given>
void run_traced(KernelTrace& trace, const char* kernel, const Work& work, const Given&... given) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  work();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::array<Shape, sizeof...(Given)> shapes;
  size_t count = 0, bytes = 0;
  const auto visit = [&](const auto& operand) {
    if constexpr (std::is_same_v<std::decay_t<decltype(operand)>, Tensor>) {
      if (operand.defined()) {
        shapes[count] = operand.shape();
        bytes += operand.bytes();
      }
      ++count;
    }
  };
  (visit(given), ...);
  trace.on_kernel({kernel, std::span<const Shape>(shapes.data(), count), bytes, seconds});
}

}  // namespace detail

template <class... Args, class... Given>
void run(const Slot<void(Args...)>& slot, const Given&... given) {
  const Stream stream = current_stream(detail::common_device(slot.name, given...));
  const auto kernel = slot.kernel[static_cast<size_t>(stream.device.type)];
  check(kernel != nullptr, ErrorKind::Device, slot.name, ": no kernel for device ",
        to_string(stream.device.type));
  Workspace workspace(allocator(stream.device), stream);
  const auto work = [&] {
    kernel(KernelCtx{stream, workspace}, detail::kernel_operand<Args>(given)...);
  };
  if (KernelTrace* const trace = TraceScope::current())
    detail::run_traced(*trace, slot.name, work, given...);
  else
    work();
}

}  // namespace graft
