// Runs a kernel slot on tensors: they become views, stream and workspace are added, and the device
// is that of the first tensor. While a recording is made on the CPU, the call is kept instead.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "graft/core/autograd/grad_mode.h"
#include "graft/core/kernel_slots.h"
#include "graft/core/kernel_trace.h"
#include "graft/core/op_scope.h"
#include "graft/core/recorder.h"
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

/// Operands of one kind, none of them undefined, for a slot that takes a span of views.
using TensorList = std::span<const Tensor* const>;

namespace detail {

template <class Arg, class Given>
decltype(auto) kernel_operand(const Given& given) {
  if constexpr (std::is_same_v<Given, Tensor>) {
    if constexpr (std::is_same_v<Arg, ConstView>)
      return const_view(given);
    else
      return mutable_view(given);
  } else if constexpr (std::is_same_v<Given, TensorList>) {
    std::vector<std::remove_const_t<typename Arg::element_type>> views;
    views.reserve(given.size());
    for (const Tensor* const t : given)
      views.push_back(kernel_operand<std::remove_const_t<typename Arg::element_type>>(*t));
    return views;
  } else {
    return static_cast<Arg>(given);
  }
}

// Calls visit(tensor) for an operand that is a tensor, and for each of a list.
template <class Given, class Visit>
void visit_tensors(const Given& given, const Visit& visit) {
  if constexpr (std::is_same_v<Given, Tensor>) {
    visit(given);
  } else if constexpr (std::is_same_v<Given, TensorList>) {
    for (const Tensor* const t : given) visit(*t);
  }
}

// Device of the operands; Error(Device) if two defined tensors disagree.
template <class... Given>
Device common_device(const char* kernel, const Given&... given) {
  const Tensor* first = nullptr;
  const auto visit = [&](const Tensor& operand) {
    if (!operand.defined()) return;
    if (!first) first = &operand;
    check(operand.device() == first->device(), ErrorKind::Device, kernel, ": operands on ",
          first->device(), " and ", operand.device());
  };
  (visit_tensors(given, visit), ...);
  return first ? first->device() : Device{};
}

// An argument of a kernel that is called again later: with what it refers to.
template <class Arg>
struct KeptArgument {
  explicit KeptArgument(const std::decay_t<Arg>& given) : value(given) {}
  const std::decay_t<Arg>& get() const { return value; }
  std::decay_t<Arg> value;
};
template <class Element>
struct KeptArgument<std::span<const Element>> {
  explicit KeptArgument(std::span<const Element> given) : values(given.begin(), given.end()) {}
  std::span<const Element> get() const { return values; }
  std::vector<Element> values;
};
template <class Parameters>
struct KeptArgument<const Parameters*> {
  explicit KeptArgument(const Parameters* given)
      : value(given ? std::optional(*given) : std::nullopt) {}
  const Parameters* get() const { return value ? &*value : nullptr; }
  std::optional<Parameters> value;
};

// A call of a kernel that runs again. A workspace is not cleared first, which hardening would ask
// for; Clang knows the attribute only as it is written here.
template <class... Args>
class KeptCall final : public Recorder::Call {
 public:
  using Kernel = void (*)(const KernelCtx&, Args...);
  [[gnu::cold]] KeptCall(Kernel kernel, Stream stream, const Args&... arguments)
      : kernel_(kernel), stream_(stream), arguments_(arguments...) {}
  void run() override {
    __attribute__((uninitialized)) Workspace workspace(allocator(stream_.device), stream_);
    std::apply(
        [&](const auto&... argument) {
          kernel_(KernelCtx{stream_, workspace}, argument.get()...);
        },
        arguments_);
  }

 private:
  Kernel kernel_;
  Stream stream_;
  std::tuple<KeptArgument<Args>...> arguments_;
};

// Tells the recorder of a call. False if the call is to be made all the same: a backend records it.
template <class... Args, class... Given>
[[gnu::cold, gnu::noinline]] bool record(Recorder& recorder, const Slot<void(Args...)>& slot,
                                         Stream stream, const Given&... given) {
  recorder.check_device(slot.name, stream.device);
  const auto keep = [&](const Tensor& operand) { recorder.keep(operand); };
  (visit_tensors(given, keep), ...);
  if (!recorder.holds_kernels()) return false;
  recorder.add(
      std::make_unique<KeptCall<Args...>>(slot.kernel[static_cast<size_t>(stream.device.type)],
                                          stream, kernel_operand<Args>(given)...));
  return true;
}

using Clock = std::chrono::steady_clock;

// Waits for a call's end and tells of it.
template <class... Given>
[[gnu::cold, gnu::noinline]] void tell(KernelTrace& trace, const char* kernel, Device device,
                                       Clock::time_point start, const Given&... given) {
  synchronize(device);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::vector<Shape> shapes;
  size_t bytes = 0;
  const auto visit = [&](const Tensor& operand) {
    shapes.push_back(operand.defined() ? operand.shape() : Shape());
    bytes += operand.defined() ? operand.bytes() : 0;
  };
  (visit_tensors(given, visit), ...);
  trace.on_kernel({kernel, shapes, bytes, seconds});
}

}  // namespace detail

template <class... Args, class... Given>
void run(const Slot<void(Args...)>& slot, const Given&... given) {
  const Stream stream = current_stream(detail::common_device(slot.name, given...));
  const auto kernel = slot.kernel[static_cast<size_t>(stream.device.type)];
  check(kernel != nullptr, ErrorKind::Device, slot.name, ": no kernel for device ",
        to_string(stream.device.type));
  Recorder* const recorder = Recorder::current();
  if (recorder) [[unlikely]] {
    if (detail::record(*recorder, slot, stream, given...)) return;
  }
  __attribute__((uninitialized)) Workspace workspace(allocator(stream.device), stream);
  KernelTrace* const trace = recorder ? nullptr : TraceScope::current();
  const auto start = trace ? detail::Clock::now() : detail::Clock::time_point();
  kernel(KernelCtx{stream, workspace}, detail::kernel_operand<Args>(given)...);
  if (trace) [[unlikely]]
    detail::tell(*trace, slot.name, stream.device, start, given...);
}

}  // namespace graft
