// In-place optimizer steps, and the sum of squares that clipping needs.
#include <algorithm>

#include "graft/core/ceil_div.h"
#include "graft/core/parallel.h"
#include "graft/kernels/cpu/contiguous.h"
#include "graft/kernels/cpu/element_grain.h"
#include "graft/kernels/cpu/kernels.h"
#include "graft/kernels/cpu/optim_loops.h"
#include "graft/kernels/dtype_switch.h"

namespace graft::cpu {
namespace {

// What a step reads and writes of one parameter. All parameters lie end to end in one row of
// elements, so that many small ones make one chunk.
template <class T>
struct Operands {
  T* parameter;
  const T* gradient;
  T* first;  // moments, null where there are none
  T* second;
  int64_t begin;  // in the row
};

template <class T>
class Row {
 public:
  Row(const KernelCtx& ctx, std::span<const View> parameters, std::span<const ConstView> gradients,
      std::span<const View> first, std::span<const View> second) {
    Operands<T>* const all =
        ctx.workspace.take_array<Operands<T>>(static_cast<int64_t>(parameters.size()));
    for (size_t i = 0; i < parameters.size(); ++i) {
      all[i] = {parameters[i].as<T>(), contiguous_operand(ctx, gradients[i]).as<T>(),
                first.empty() ? nullptr : first[i].as<T>(),
                second.empty() ? nullptr : second[i].as<T>(), elements_};
      elements_ += parameters[i].numel();
    }
    operands_ = {all, parameters.size()};
  }

  // Calls body(operands, begin, end) for stretches of a parameter's elements that cover the row.
  template <class Body>
  void parallel_stretches(const Body& body) const {
    parallel_ranges(elements_, kElementGrain, [&](int64_t begin, int64_t end) {
      auto next = std::upper_bound(operands_.begin(), operands_.end(), begin,
                                   [](int64_t at, const auto& o) { return at < o.begin; });
      while (begin < end) {
        const Operands<T>& one = *(next - 1);
        const int64_t stop = next == operands_.end() ? end : std::min(end, next->begin);
        body(one, begin - one.begin, stop - one.begin);
        begin = stop;
        ++next;
      }
    });
  }

 private:
  std::span<const Operands<T>> operands_;
  int64_t elements_ = 0;
};

}  // namespace

void sgd_step(const KernelCtx& ctx, std::span<const View> parameters,
              std::span<const ConstView> gradients, std::span<const View> momenta,
              const SgdStep& step) {
  if (parameters.empty()) return;
  with_float("sgd_step", parameters[0].dtype, [&]<class T>(T) {
    const auto k = coefficients<T>(step);
    const Row<T> row(ctx, parameters, gradients, momenta, {});
    row.parallel_stretches([&](const Operands<T>& o, int64_t begin, int64_t end) {
      T* const v = o.first ? o.first + begin : nullptr;
      if (v && step.first) std::fill_n(v, end - begin, T(0));
      with_simd([&]<SimdLevel kLevel>() {
        sgd_run<kLevel>(o.parameter + begin, o.gradient + begin, v, end - begin, k);
      });
    });
  });
}

void adam_step(const KernelCtx& ctx, std::span<const View> parameters,
               std::span<const ConstView> gradients, std::span<const View> first,
               std::span<const View> second, const AdamStep& step) {
  if (parameters.empty()) return;
  with_float("adam_step", parameters[0].dtype, [&]<class T>(T) {
    const auto k = coefficients<T>(step);
    const Row<T> row(ctx, parameters, gradients, first, second);
    row.parallel_stretches([&](const Operands<T>& o, int64_t begin, int64_t end) {
      with_simd([&]<SimdLevel kLevel>() {
        adam_run<kLevel>(o.parameter + begin, o.gradient + begin, o.first + begin, o.second + begin,
                         end - begin, k);
      });
    });
  });
}

void sum_squares(const KernelCtx& ctx, ConstView x, View y) {
  x = contiguous_operand(ctx, x);
  const int64_t count = x.numel(), chunks = ceil_div(count, kElementGrain);
  double* parts = ctx.workspace.take_array<double>(chunks);
  with_float("sum_squares", x.dtype, [&]<class T>(T) {
    parallel_for(chunks, [&](int64_t chunk, int) {
      const int64_t begin = chunk * kElementGrain, length = std::min(kElementGrain, count - begin);
      with_simd([&]<SimdLevel kLevel>() {
        parts[chunk] = sum_squares_run<kLevel>(x.as<T>() + begin, length);
      });
    });
  });
  double total = 0;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) total += parts[chunk];
  *y.as<double>() = total;
}

}  // namespace graft::cpu
